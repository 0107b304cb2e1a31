package io.github.lrfbench.kernels.lowrank;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;

/**
 * The low-rank product {@code y = activation((x V) Uᵀ + b)}: two matrix products with a middle of
 * width r instead of one.
 *
 * <p>Letters: T rows of x; n inputs; m outputs; r rank.
 *
 * @param factors U [m, r] and Vᵀ [r, n]
 * @param bias b, [m], or null for none
 */
public record LowRankMatmul(LowRankFactors factors, Tensor bias) {
  /** Checks the bias. */
  public LowRankMatmul {
    if (bias != null && bias.shape().size() != factors.outputs()) {
      throw new IllegalArgumentException(
          "a bias of " + bias.shape() + " for " + factors.outputs() + " outputs");
    }
  }

  /** What one product costs. */
  public LowRankCost cost() {
    return new LowRankCost(factors.outputs(), factors.inputs(), factors.rank());
  }

  /**
   * Computes the product.
   *
   * @param x [T, n]
   * @param y [T, m], modified; may be a slice of columns, overlaps no input
   */
  public void apply(Matrix x, Activation activation, Matrix y) {
    Device device = x.device();
    try (Scope work = device.openScope()) {
      Matrix middle = Matrix.of(work.allocate(x.dtype(), x.rows(), factors.rank()));
      apply(x, middle, activation, y);
    }
  }

  /**
   * Computes the product in memory of the caller.
   *
   * @param x [T, n]
   * @param middle [T, r], receives x V
   * @param y [T, m], modified; may be a slice of columns, overlaps no input
   */
  public void apply(Matrix x, Matrix middle, Activation activation, Matrix y) {
    Device device = x.device();
    device.nn().linear(x, Matrix.of(factors.down()), null, Activation.NONE, middle);
    device.nn().linear(middle, Matrix.of(factors.up()), bias, activation, y);
  }
}
