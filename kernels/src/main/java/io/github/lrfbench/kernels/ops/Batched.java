package io.github.lrfbench.kernels.ops;

/**
 * Products and factorizations of many matrices of one shape at once, where one alone would not fill
 * the device. Each does to every matrix of its batches what the method of {@link Blas} or {@link
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
   * Replaces the lower triangle of every matrix by its Cholesky factor; see {@link
   * Lapack#cholesky}. What is then above the diagonals is undefined.
   *
   * @param a [n, n], F32 or F64
   * @return which of the matrices are positive definite; one that holds NaN or infinity is not, and
   *     does nothing to the others
   */
  boolean[] cholesky(MatrixBatch a);

  /**
   * {@code b = op(l)⁻¹ b}; see {@link Lapack#solveLower}.
   *
   * @param l [n, n], of which what is above the diagonals is not read
   * @param b [n, m], modified
   */
  void solveLower(boolean transposed, MatrixBatch l, MatrixBatch b);
}
