package io.github.lrfbench.kernels.ops;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;

/**
 * Factorizations, row-major. All arguments of one call have the same floating-point type, F32 or
 * F64.
 *
 * <p>Implementations throw {@link ArithmeticException} if the input holds NaN or infinity, or if an
 * iteration does not converge.
 */
public interface Lapack {
  /**
   * The thin singular value decomposition {@code a = u diag(s) vt} (divide and conquer).
   *
   * @param a [m, n], destroyed
   * @param s [k], k = min(m, n), receives the singular values in descending order
   * @param u [m, k], receives the left singular vectors as columns
   * @param vt [k, n], receives the right singular vectors as rows
   */
  void svd(Matrix a, Tensor s, Matrix u, Matrix vt);

  /**
   * The singular values of a alone.
   *
   * @param a [m, n], destroyed
   * @param s [min(m, n)], receives them in descending order
   */
  void singularValues(Matrix a, Tensor s);

  /**
   * The {@code count} largest eigenpairs of a symmetric matrix.
   *
   * @param a [n, n], destroyed; both triangles filled
   * @param count between 1 and n
   * @param values [count], receives the eigenvalues in descending order
   * @param vectors [count, n], receives the eigenvectors as rows
   */
  void largestEigenpairs(Matrix a, int count, Tensor values, Matrix vectors);

  /**
   * Replaces a by an orthonormal basis of its columns, the Q of a thin QR factorization; of n
   * vectors whatever the rank of a.
   *
   * @param a [m, n], m at least n
   */
  void orthonormalize(Matrix a);

  /**
   * Replaces the lower triangle of a symmetric positive definite matrix by its Cholesky factor L, a
   * = L Lᵀ, and the strict upper triangle by zeros.
   *
   * @param a [n, n]
   * @return true, or false if a is not positive definite (a is then destroyed)
   */
  boolean cholesky(Matrix a);

  /**
   * Solves triangular systems in place: {@code b = op(l)⁻¹ b}.
   *
   * @param transposed solve with lᵀ
   * @param l [n, n], lower triangular
   * @param b [n, m], modified
   */
  void solveLower(boolean transposed, Matrix l, Matrix b);
}
