package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Table;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;

/**
 * Word, position and type embeddings, summed and perhaps normed.
 *
 * @param word the table of words
 * @param position [positions, H]
 * @param firstPosition row of a sequence's first token
 * @param type [types, H], or null if there is none
 * @param norm after the sum, or null for none
 */
public record InputLayer(Table word, Tensor position, int firstPosition, Tensor type, Norm norm) {
  /** The embeddings of a batch, [T, H]. */
  public Matrix forward(Ops ops, TokenBatch batch) {
    return forward(ops, batch, batch.ids(), word);
  }

  /**
   * The embeddings of a batch whose words stand elsewhere.
   *
   * @param ids I32 [T], rows of {@code words}
   * @param words any rows of H numbers
   * @return [T, H]
   */
  public Matrix forward(Ops ops, TokenBatch batch, Tensor ids, Matrix words) {
    return forward(ops, batch, ids, new DenseLinear(words, null));
  }

  private Matrix forward(Ops ops, TokenBatch batch, Tensor ids, Table words) {
    if (norm == null) {
      return sum(ops, batch, ids, words);
    }
    Matrix y = Matrix.of(ops.allocate(words.dtype(), batch.tokens(), words.outputs()));
    try (Ops frame = ops.frame()) {
      norm.forward(frame, sum(frame, batch, ids, words), null, y);
    }
    return y;
  }

  private Matrix sum(Ops ops, TokenBatch batch, Tensor ids, Table words) {
    Matrix positions = Matrix.of(position);
    boolean padded = firstPosition > 0 && batch.counted() != null;
    Matrix sum = Matrix.of(ops.allocate(words.dtype(), batch.tokens(), words.outputs()));
    WordTable.embed(
        ops,
        words,
        ids,
        padded ? batch.counted() : batch.positions(),
        positions.rows(padded ? firstPosition - 1 : firstPosition, positions.rows()),
        type == null ? null : batch.types(),
        type == null ? null : Matrix.of(type),
        sum);
    return sum;
  }
}
