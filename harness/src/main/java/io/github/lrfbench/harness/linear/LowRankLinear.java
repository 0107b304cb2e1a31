package io.github.lrfbench.harness.linear;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankCost;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;

/**
 * A linear map stored as two factors, W = U Vᵀ, applied as y = (x V) Uᵀ + b.
 *
 * @param factors V [inputs, rank] and Uᵀ [rank, outputs], F32
 * @param bias F32 [outputs], or null for none
 */
public record LowRankLinear(LowRankFactors factors, Tensor bias) implements Linear {
  /** Width of the bottleneck. */
  public int rank() {
    return factors.rank();
  }

  @Override
  public int inputs() {
    return factors.inputs();
  }

  @Override
  public int outputs() {
    return factors.outputs();
  }

  @Override
  public String form() {
    return "lowrank";
  }

  @Override
  public long parameters() {
    return cost().parameters();
  }

  @Override
  public long flopsPerRow() {
    return cost().flopsPerRow();
  }

  @Override
  public DType dtype() {
    return factors.dtype();
  }

  @Override
  public long bytes() {
    return parameters() * factors.dtype().bytes();
  }

  private LowRankCost cost() {
    return new LowRankCost(outputs(), inputs(), rank());
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    ops.lowRank(x, factors.down(), factors.up(), bias, activation, y);
  }

  /**
   * The second half of the product: {@code y = activation(middle Uᵀ + b)}.
   *
   * @param middle x V, [T, rank]
   * @param y [T, outputs], modified
   */
  void expand(Ops ops, Matrix middle, Activation activation, Matrix y) {
    ops.linear(middle, false, factors.up(), bias, activation, y);
  }

  @Override
  public void materialize(Device device, Matrix target) {
    factors.multiply(target);
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>();
    weights.add(new Parameter(name + LowRankNames.UP, factors.up(), Storage.TRANSPOSED));
    weights.add(new Parameter(name + LowRankNames.DOWN, factors.down(), Storage.MATRIX));
    if (bias != null) {
      weights.add(Parameter.vector(name + ".bias", bias));
    }
    return weights;
  }

  @Override
  public Linear copyTo(Scope scope) {
    return copyTo(scope, factors.dtype());
  }

  @Override
  public Linear copyTo(Scope scope, DType dtype) {
    return new LowRankLinear(
        new LowRankFactors(
            Copies.of(factors.down(), scope, dtype), Copies.of(factors.up(), scope, dtype)),
        Copies.of(bias, scope, dtype));
  }
}
