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
import java.util.function.UnaryOperator;

/**
 * A linear map stored as two factors, W = U V, applied as y = (x Vᵀ) Uᵀ + b.
 *
 * @param factors Vᵀ [inputs, rank] and Uᵀ [rank, outputs], F32
 * @param bias F32 [outputs], or null for none
 */
public record LowRankLinear(LowRankFactors factors, Tensor bias) implements Table {
  /** Width of the bottleneck. */
  @Override
  public int rank() {
    return factors.rank();
  }

  @Override
  public String label() {
    return "r=" + rank();
  }

  @Override
  public Linear mapLeaves(UnaryOperator<Linear> leaf) {
    return Chain.of(this).mapLeaves(leaf);
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
  public boolean takesTimeBySize() {
    return true;
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
  public long bits() {
    return parameters() * factors.dtype().bytes() * Byte.SIZE;
  }

  private LowRankCost cost() {
    return new LowRankCost(outputs(), inputs(), rank());
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    ops.lowRank(x, factors.down(), factors.up(), bias, activation, y);
  }

  @Override
  public void addTo(Ops ops, Matrix x, Matrix y) {
    ops.addLowRank(x, factors.down(), factors.up(), 1, y);
    if (bias != null) {
      ops.biasActivation(y, bias, Activation.NONE);
    }
  }

  @Override
  public Table table() {
    return bias == null ? this : null;
  }

  @Override
  public void lookUp(Ops ops, Tensor ids, Matrix y) {
    try (Ops frame = ops.frame()) {
      Matrix narrow = Matrix.of(frame.allocate(y.dtype(), y.rows(), rank()));
      frame.embed(ids, factors.down(), null, null, null, null, narrow);
      frame.linear(narrow, false, factors.up(), null, Activation.NONE, y);
    }
  }

  @Override
  public long lookUpFlops() {
    return 2L * rank() * outputs();
  }

  @Override
  public void score(Ops ops, Matrix x, Matrix y) {
    try (Ops frame = ops.frame()) {
      Matrix narrow = Matrix.of(frame.allocate(x.dtype(), x.rows(), rank()));
      frame.linear(x, true, factors.up(), null, Activation.NONE, narrow);
      frame.linear(narrow, true, factors.down(), null, Activation.NONE, y);
    }
  }

  @Override
  public void materialize(Device device, Matrix target) {
    factors.multiply(target);
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>();
    weights.add(new Parameter(name + LowRankFormat.UP, factors.up(), Storage.TRANSPOSED));
    weights.add(new Parameter(name + LowRankFormat.DOWN, factors.down(), Storage.MATRIX));
    weights.addAll(Parameter.bias(name, bias));
    return weights;
  }

  @Override
  public LowRankLinear withBias(Tensor other) {
    return new LowRankLinear(factors, other);
  }

  @Override
  public LowRankLinear copyTo(Scope scope) {
    return copyTo(scope, factors.dtype());
  }

  @Override
  public LowRankLinear copyTo(Scope scope, DType dtype) {
    return new LowRankLinear(
        new LowRankFactors(
            Copies.of(factors.down(), scope, dtype), Copies.of(factors.up(), scope, dtype)),
        Copies.of(bias, scope, dtype));
  }
}
