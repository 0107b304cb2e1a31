package io.github.lrfbench.harness.model.gpt2;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.harness.linear.Copies;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.List;

/**
 * The input layer: word and position embeddings, summed.
 *
 * @param word [V, H]
 * @param position [positions, H]
 */
record Embeddings(Tensor word, Tensor position) {
  /** The module of the word embedding. */
  static final String WORD = "wte";

  /** The module of the position embedding. */
  static final String POSITION = "wpe";

  /** The parameters, under the path of the model. */
  List<Parameter> weights(String path) {
    return List.of(
        new Parameter(path + WORD + ".weight", Matrix.of(word), Storage.MATRIX),
        new Parameter(path + POSITION + ".weight", Matrix.of(position), Storage.MATRIX));
  }

  Embeddings copyTo(Scope scope, DType dtype) {
    return new Embeddings(Copies.of(word, scope, dtype), Copies.of(position, scope, dtype));
  }

  /**
   * The embeddings of tokens, [T, H].
   *
   * @param ids I32 [T]
   * @param positions I32 [T]
   * @param dropout rate in training
   */
  Matrix forward(Ops ops, Tensor ids, Tensor positions, double dropout) {
    Matrix y = Matrix.of(ops.allocate(word.dtype(), ids.shape().size(), word.shape().dim(1)));
    ops.embed(ids, Matrix.of(word), positions, Matrix.of(position), null, null, y);
    return ops.dropout(y, dropout);
  }
}
