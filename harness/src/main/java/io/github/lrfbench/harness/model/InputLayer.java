package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;

/**
 * Word, position and type embeddings, summed and perhaps normed.
 *
 * @param word [V, H]
 * @param position [positions, H]
 * @param firstPosition row of a sequence's first token
 * @param type [types, H], or null if there is none
 * @param norm after the sum, or null for none
 */
public record InputLayer(Tensor word, Tensor position, int firstPosition, Tensor type, Norm norm) {
  /**
   * The embeddings of a batch.
   *
   * @param ids I32 [T], rows of {@code words}
   * @param words the word embedding, or any other rows of H numbers
   * @return [T, H]
   */
  public Matrix forward(Ops ops, TokenBatch batch, Tensor ids, Matrix words) {
    if (norm == null) {
      return sum(ops, batch, ids, words);
    }
    Matrix y = Matrix.of(ops.allocate(words.dtype(), batch.tokens(), words.cols()));
    try (Ops frame = ops.frame()) {
      norm.forward(frame, sum(frame, batch, ids, words), null, y);
    }
    return y;
  }

  private Matrix sum(Ops ops, TokenBatch batch, Tensor ids, Matrix words) {
    Matrix positions = Matrix.of(position);
    boolean padded = firstPosition > 0 && batch.counted() != null;
    Matrix sum = Matrix.of(ops.allocate(words.dtype(), batch.tokens(), words.cols()));
    ops.embed(
        ids,
        words,
        padded ? batch.counted() : batch.positions(),
        positions.rows(padded ? firstPosition - 1 : firstPosition, positions.rows()),
        type == null ? null : batch.types(),
        type == null ? null : Matrix.of(type),
        sum);
    return sum;
  }
}
