package io.github.lrfbench.kernels.lowrank;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;

/**
 * A matrix W of [m, n] as a product U V of rank r, stored as y = (x Vᵀ) Uᵀ reads it: in both
 * products the factor stands on the right, not transposed.
 *
 * @param down Vᵀ, [n, r]
 * @param up Uᵀ, [r, m]
 */
public record LowRankFactors(Matrix down, Matrix up) {
  /** Checks that the factors fit together. */
  public LowRankFactors {
    if (down.cols() != up.rows() || down.dtype() != up.dtype()) {
      throw new IllegalArgumentException(
          "factors " + describe(down) + " and " + describe(up) + " do not fit together");
    }
  }

  private static String describe(Matrix factor) {
    return factor.dtype() + "[" + factor.rows() + ", " + factor.cols() + "]";
  }

  /** m. */
  public int outputs() {
    return up.cols();
  }

  /** n. */
  public int inputs() {
    return down.rows();
  }

  /** r. */
  public int rank() {
    return up.rows();
  }

  /** The type of both factors. */
  public DType dtype() {
    return up.dtype();
  }

  /** Writes W = U V to {@code target} [m, n]. */
  public void multiply(Matrix target) {
    target.device().blas().gemm(true, true, 1, up, down, 0, target);
  }
}
