package io.github.lrfbench.kernels.ops;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * Matrix products, row-major. All arguments of one call have the same floating-point type, unless
 * it says otherwise.
 */
public interface Blas {
  /**
   * {@code c = alpha op(a) op(b) + beta c}, op being the transpose where the flag is set.
   *
   * @param a [m, k], or [k, m] if transposed
   * @param b [k, n], or [n, k] if transposed
   * @param beta 0 ignores what c holds, NaN included
   * @param c [m, n], modified; overlaps neither a nor b
   */
  void gemm(
      boolean transA, boolean transB, double alpha, Matrix a, Matrix b, double beta, Matrix c);

  /**
   * The symmetric product {@code c = op(a) op(a)ᵀ}; both triangles of c are filled.
   *
   * @param transA false: c = a aᵀ, true: c = aᵀ a
   * @param a [n, k], or [k, n] if transposed
   * @param c [n, n], modified
   */
  void syrk(boolean transA, Matrix a, Matrix c);

  /**
   * {@code c += aᵀ a}: the product in the type of a, the sum in double precision.
   *
   * @param a F32 or F64 [k, n], not modified
   * @param c F64 [n, n], symmetric, modified
   */
  default void addGram(Matrix a, Matrix c) {
    Device device = a.device();
    try (Scope scratch = device.openScope()) {
      Matrix gram = Matrix.of(scratch.allocate(a.dtype(), a.cols(), a.cols()));
      syrk(true, a, gram);
      Matrix wide = Matrix.of(scratch.allocate(DType.F64, c.rows(), c.cols()));
      copy(gram, wide);
      device.gradients().addScaled(1, wide, c);
    }
  }

  /**
   * {@code y = x} with conversion between floating-point types, or of codes of one type; both [m,
   * n].
   */
  void copy(Matrix x, Matrix y);

  /** {@code y = xᵀ} with conversion between floating-point types; x is [m, n], y [n, m]. */
  void transpose(Matrix x, Matrix y);

  /** Multiplies row i of x [m, n] by {@code factors[i]}, in place. */
  void scaleRows(Matrix x, double[] factors);

  /** Multiplies column j of x [m, n] by {@code factors[j]}, in place. */
  void scaleColumns(Matrix x, double[] factors);

  /** The sum of squares of all elements, accumulated in double precision. NaN if one is NaN. */
  double squaredNorm(Matrix x);

  /** The sum of squares of every row of x [m, n], as {@link #squaredNorm} forms it. */
  default double[] rowSquaredNorms(Matrix x) {
    double[] sums = new double[x.rows()];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = squaredNorm(x.rows(i, i + 1));
    }
    return sums;
  }
}
