package io.github.lrfbench.harness.model.bert;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.harness.linear.Copies;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.Table;
import io.github.lrfbench.harness.model.InputLayer;
import io.github.lrfbench.harness.model.ModelPart;
import io.github.lrfbench.harness.model.Norm;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.WordTable;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;

/**
 * The input layer: word, position and type embeddings, summed and normed, and ALBERT's map from
 * their width to H.
 *
 * @param word the table of words
 * @param position [positions, H]
 * @param firstPosition row of the first token
 * @param type [types, H], or null if there is none
 * @param norm after the sum
 * @param projection to H, or null for none
 */
record Embeddings(
    Table word, Tensor position, int firstPosition, Tensor type, Norm norm, Linear projection) {
  /** ALBERT's module of the map to H, relative to the encoder. */
  static final String PROJECTION = "encoder.embedding_hidden_mapping_in";

  /** The module of the word embedding. */
  static final String WORD = "word_embeddings";

  /** The parameters, under the path of the module. */
  List<ModelPart> parts(String path) {
    List<Parameter> weights = new ArrayList<>();
    weights.add(table(path + "position_embeddings.weight", position));
    if (type != null) {
      weights.add(table(path + "token_type_embeddings.weight", type));
    }
    weights.addAll(norm.weights(path + "LayerNorm"));
    return List.of(words(path).part(), ModelPart.of(weights));
  }

  /** Floating-point operations for one token. */
  long flops() {
    return word.lookUpFlops() + (projection == null ? 0 : projection.flopsPerRow());
  }

  /** The table of words, under the path of the module. */
  WordTable words(String path) {
    return new WordTable(path + WORD, word);
  }

  /** The same with another table of words. */
  Embeddings with(Table words) {
    return new Embeddings(words, position, firstPosition, type, norm, projection);
  }

  Embeddings copyTo(Scope scope, DType dtype) {
    return new Embeddings(
        word.copyTo(scope, dtype),
        Copies.of(position, scope, dtype),
        firstPosition,
        Copies.of(type, scope, dtype),
        norm.copyTo(scope, dtype),
        projection == null ? null : projection.copyTo(scope, dtype));
  }

  private static Parameter table(String name, Tensor table) {
    return new Parameter(name, Matrix.of(table), Storage.MATRIX);
  }

  /** The same for who looks words up elsewhere. */
  InputLayer inputLayer() {
    return new InputLayer(word, position, firstPosition, type, norm);
  }

  /**
   * The embeddings of a batch: [T, H].
   *
   * @param dropout rate in training
   */
  Matrix forward(Ops ops, TokenBatch batch, double dropout) {
    Matrix y = inputLayer().forward(ops, batch);
    Matrix kept = ops.dropout(y, dropout);
    if (projection == null) {
      return kept;
    }
    Matrix wide = Matrix.of(ops.allocate(y.dtype(), y.rows(), projection.outputs()));
    ops.apply(projection, kept, Activation.NONE, wide);
    return wide;
  }
}
