package io.github.lrfbench.harness.model.bert;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;

/**
 * The input layer: word, position and type embeddings, summed and normed.
 *
 * @param word [vocabulary, H]
 * @param position [positions, H] from the first token's row on
 * @param type [types, H], or null if there is none
 * @param norm after the sum
 */
record Embeddings(Tensor word, Tensor position, Tensor type, Norm norm) {
  /** The embeddings of a batch: [T, H]. */
  Matrix forward(Ops ops, TokenBatch batch) {
    Matrix y = Matrix.of(ops.allocate(DType.F32, batch.tokens(), word.shape().dim(1)));
    try (Ops frame = ops.frame()) {
      Matrix sum = Matrix.of(frame.allocate(DType.F32, batch.tokens(), word.shape().dim(1)));
      frame.embed(
          batch.ids(),
          Matrix.of(word),
          batch.positions(),
          Matrix.of(position),
          type == null ? null : batch.types(),
          type == null ? null : Matrix.of(type),
          sum);
      norm.forward(frame, sum, null, y);
    }
    return y;
  }
}
