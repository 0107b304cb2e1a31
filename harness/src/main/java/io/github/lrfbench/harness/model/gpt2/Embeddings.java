package io.github.lrfbench.harness.model.gpt2;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.harness.linear.Copies;
import io.github.lrfbench.harness.linear.Table;
import io.github.lrfbench.harness.model.InputLayer;
import io.github.lrfbench.harness.model.ModelPart;
import io.github.lrfbench.harness.model.WordTable;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.List;

/**
 * The input layer: word and position embeddings, summed.
 *
 * @param word the table of words
 * @param position [positions, H]
 */
record Embeddings(Table word, Tensor position) {
  /** The module of the word embedding. */
  static final String WORD = "wte";

  /** The module of the position embedding. */
  static final String POSITION = "wpe";

  /** The parameters, under the path of the model. */
  List<ModelPart> parts(String path) {
    return List.of(
        new WordTable(path + WORD, word).part(),
        ModelPart.of(
            List.of(
                new Parameter(path + POSITION + ".weight", Matrix.of(position), Storage.MATRIX))));
  }

  /** The same with another table of words. */
  Embeddings with(Table words) {
    return new Embeddings(words, position);
  }

  Embeddings copyTo(Scope scope, DType dtype) {
    return new Embeddings(word.copyTo(scope, dtype), Copies.of(position, scope, dtype));
  }

  /** The same for who looks words up elsewhere. */
  InputLayer inputLayer() {
    return new InputLayer(word, position, 0, null, null);
  }

  /**
   * The embeddings of tokens, [T, H].
   *
   * @param ids I32 [T]
   * @param positions I32 [T]
   * @param dropout rate in training
   */
  Matrix forward(Ops ops, Tensor ids, Tensor positions, double dropout) {
    Matrix y = Matrix.of(ops.allocate(word.dtype(), ids.shape().size(), word.outputs()));
    WordTable.embed(ops, word, ids, positions, Matrix.of(position), null, null, y);
    return ops.dropout(y, dropout);
  }
}
