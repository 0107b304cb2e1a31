package io.github.lrfbench.kernels.svd;

import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;

/**
 * A matrix to decompose.
 *
 * @param matrix W, F32 or F64 [m, n], any stride, not modified
 * @param rank wanted, at least 1; more than min(m, n) gives min(m, n)
 */
public record SvdRequest(Matrix matrix, int rank) {
  /** Checks the rank. */
  public SvdRequest {
    if (rank < 1) {
      throw new InputException("the rank must be at least 1, but is " + rank);
    }
  }

  /** The rank that the result will have. */
  public int resultRank() {
    return Math.min(rank, Math.min(matrix.rows(), matrix.cols()));
  }

  /** What the decomposition costs, up to a factor: m n min(m, n). */
  double cost() {
    return (double) matrix.rows() * matrix.cols() * Math.min(matrix.rows(), matrix.cols());
  }
}
