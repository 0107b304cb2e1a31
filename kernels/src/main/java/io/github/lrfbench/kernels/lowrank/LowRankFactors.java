package io.github.lrfbench.kernels.lowrank;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;

/**
 * A matrix W of [m, n] as a product U Vᵀ of rank r.
 *
 * @param up U, [m, r]
 * @param down Vᵀ, [r, n]
 */
public record LowRankFactors(Tensor up, Tensor down) {
  /** Checks that the factors fit together. */
  public LowRankFactors {
    if (up.shape().rank() != 2
        || down.shape().rank() != 2
        || up.shape().dim(1) != down.shape().dim(0)
        || up.dtype() != down.dtype()) {
      throw new IllegalArgumentException(
          "factors "
              + up.dtype()
              + up.shape()
              + " and "
              + down.dtype()
              + down.shape()
              + " do not fit together");
    }
  }

  /** m. */
  public int outputs() {
    return Math.toIntExact(up.shape().dim(0));
  }

  /** n. */
  public int inputs() {
    return Math.toIntExact(down.shape().dim(1));
  }

  /** r. */
  public int rank() {
    return Math.toIntExact(down.shape().dim(0));
  }

  /** Writes U Vᵀ to {@code target} [m, n]. */
  public void multiply(Matrix target) {
    target.device().blas().gemm(false, false, 1, Matrix.of(up), Matrix.of(down), 0, target);
  }
}
