package io.github.lrfbench.harness.model.bert;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.harness.linear.Copies;
import io.github.lrfbench.harness.model.InputLayer;
import io.github.lrfbench.harness.model.Norm;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The input layer: word, position and type embeddings, summed and normed.
 *
 * @param word [vocabulary, H]
 * @param position [positions, H]
 * @param firstPosition row of the first token
 * @param type [types, H], or null if there is none
 * @param norm after the sum
 */
record Embeddings(Tensor word, Tensor position, int firstPosition, Tensor type, Norm norm) {
  /** The parameters, under the path of the module. */
  List<Parameter> weights(String path) {
    List<Parameter> weights = new ArrayList<>();
    weights.add(table(path + "word_embeddings.weight", word));
    weights.add(table(path + "position_embeddings.weight", position));
    if (type != null) {
      weights.add(table(path + "token_type_embeddings.weight", type));
    }
    weights.addAll(norm.weights(path + "LayerNorm"));
    return weights;
  }

  Embeddings copyTo(Scope scope, DType dtype) {
    return new Embeddings(
        Copies.of(word, scope, dtype),
        Copies.of(position, scope, dtype),
        firstPosition,
        Copies.of(type, scope, dtype),
        norm.copyTo(scope, dtype));
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
    Matrix y = inputLayer().forward(ops, batch, batch.ids(), Matrix.of(word));
    return ops.dropout(y, dropout);
  }
}
