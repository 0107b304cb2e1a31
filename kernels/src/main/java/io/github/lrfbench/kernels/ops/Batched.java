package io.github.lrfbench.kernels.ops;

/**
 * Products and factorizations of many matrices of one shape at once, where one alone would not fill
 * the device. Most do to every matrix of their batches what the method of {@link Blas} or {@link
 * Lapack} of the same name does to one; all batches of a call have the same count.
 */
public interface Batched {
  /** Whether one call for many matrices is faster here than a call for each. */
  boolean isPreferred();

  /** {@code c = alpha op(a) op(b) + beta c}; see {@link Blas#gemm}. */
  void gemm(
      boolean transA,
      boolean transB,
      double alpha,
      MatrixBatch a,
      MatrixBatch b,
      double beta,
      MatrixBatch c);

  /** {@code c = op(a) op(a)ᵀ}; see {@link Blas#syrk}. */
  void syrk(boolean transA, MatrixBatch a, MatrixBatch c);

  /**
   * Replaces every matrix by an orthonormal basis of its columns; see {@link
   * Lapack#orthonormalize}. The basis may differ from that one, and is orthonormal up to rounding.
   *
   * @param a [m, n], m at least n, F32 or F64
   * @throws ArithmeticException if a matrix holds NaN or infinity
   */
  void orthonormalize(MatrixBatch a);

  /**
   * Solves systems of symmetric positive definite matrices by their Cholesky factors: {@code b =
   * a⁻¹ b}; see {@link Lapack#cholesky}.
   *
   * @param a [n, n], F32 or F64, of which what is above the diagonals is finite; destroyed
   * @param b [n, m], modified; undefined where a matrix is not positive definite
   * @return which matrices are positive definite; one that holds NaN or infinity is not, and does
   *     nothing to the others
   */
  boolean[] solvePositive(MatrixBatch a, MatrixBatch b);
}
