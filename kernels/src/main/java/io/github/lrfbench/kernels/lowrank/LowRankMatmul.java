package io.github.lrfbench.kernels.lowrank;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Nn;

/**
 * The low-rank product {@code y = activation((x Vᵀ) Uᵀ + b)}: two matrix products with a middle of
 * width r instead of one.
 *
 * <p>Letters: T rows of x; n inputs; m outputs; r rank.
 *
 * @param factors Vᵀ [n, r] and Uᵀ [r, m]
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
   * Computes the product the way the device finds best.
   *
   * @param x [T, n]
   * @param y [T, m], modified; may be a slice of columns, overlaps no input
   */
  public void apply(Matrix x, Activation activation, Matrix y) {
    x.device().nn().lowRank(x, factors.down(), factors.up(), bias, activation, y);
  }

  /**
   * Computes it as two matrix products, with the middle in memory of the caller.
   *
   * @param x [T, n]
   * @param middle [T, r], receives x Vᵀ
   * @param y [T, m], modified; may be a slice of columns, overlaps no input
   */
  public void apply(Matrix x, Matrix middle, Activation activation, Matrix y) {
    Nn nn = x.device().nn();
    nn.linear(x, false, factors.down(), null, Activation.NONE, middle);
    nn.linear(middle, false, factors.up(), bias, activation, y);
  }
}
