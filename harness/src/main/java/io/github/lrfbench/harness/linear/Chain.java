package io.github.lrfbench.harness.linear;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Two linear maps one after the other, y = U (V x) + b, each in a form of its own. Of two dense
 * maps, {@link LowRankLinear} is the same and faster.
 *
 * @param first V, without a bias
 * @param second U and b
 */
public record Chain(Linear first, Linear second) implements Linear {
  /** What the parts are called below the module in a checkpoint, before their numbers. */
  public static final String PART = ".chain.";

  /** Checks that the maps fit. */
  public Chain {
    if (first.outputs() != second.inputs() || first.bias() != null) {
      throw new IllegalArgumentException("maps that do not follow each other");
    }
  }

  /**
   * The same map, whose factors it shares.
   *
   * @param linear stored as two factors
   */
  public static Chain of(Linear linear) {
    return new Chain(
        new DenseLinear(linear.factors().down(), null),
        new DenseLinear(linear.factors().up(), linear.bias()));
  }

  /**
   * The same map as two factors, each part multiplied out.
   *
   * @param scope owns the result
   */
  public LowRankLinear merge(Scope scope) {
    DenseLinear down = DenseLinear.of(first, scope);
    DenseLinear up = DenseLinear.of(second, scope);
    return new LowRankLinear(new LowRankFactors(down.weight(), up.weight()), up.bias());
  }

  @Override
  public int inputs() {
    return first.inputs();
  }

  @Override
  public int outputs() {
    return second.outputs();
  }

  @Override
  public Tensor bias() {
    return second.bias();
  }

  @Override
  public String label() {
    return first.label() + " x " + second.label();
  }

  @Override
  public List<Function<Scope, Layer>> expansions() {
    return Expansions.of(first, second, Chain::new);
  }

  @Override
  public boolean takesTimeBySize() {
    return first.takesTimeBySize() && second.takesTimeBySize();
  }

  @Override
  public boolean roundsInputs() {
    return first.roundsInputs() || second.roundsInputs();
  }

  @Override
  public Linear mapLeaves(UnaryOperator<Linear> leaf) {
    return new Chain(first.mapLeaves(leaf), second.mapLeaves(leaf));
  }

  @Override
  public String form() {
    return "chain";
  }

  @Override
  public long parameters() {
    return first.parameters() + second.parameters();
  }

  @Override
  public long bits() {
    return first.bits() + second.bits();
  }

  @Override
  public long flopsPerRow() {
    return first.flopsPerRow() + second.flopsPerRow();
  }

  @Override
  public DType dtype() {
    return second.dtype();
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    try (Ops frame = ops.frame()) {
      Matrix middle = Matrix.of(frame.allocate(x.dtype(), x.rows(), first.outputs()));
      first.forward(frame, x, Activation.NONE, middle);
      second.forward(frame, middle, activation, y);
    }
  }

  @Override
  public void addTo(Ops ops, Matrix x, Matrix y) {
    try (Ops frame = ops.frame()) {
      Matrix middle = Matrix.of(frame.allocate(x.dtype(), x.rows(), first.outputs()));
      first.forward(frame, x, Activation.NONE, middle);
      second.addTo(frame, middle, y);
    }
  }

  @Override
  public void materialize(Device device, Matrix target) {
    try (Scope scratch = device.openScope()) {
      Matrix v = Matrix.of(scratch.allocate(DType.F32, first.outputs(), first.inputs()));
      Matrix u = Matrix.of(scratch.allocate(DType.F32, second.outputs(), second.inputs()));
      first.materialize(device, v);
      second.materialize(device, u);
      device.blas().gemm(false, false, 1, u, v, 0, target);
    }
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>(first.weights(name + PART + 0));
    weights.addAll(second.withBias(null).weights(name + PART + 1));
    weights.addAll(Parameter.bias(name, bias()));
    return weights;
  }

  @Override
  public void describe(String name, ObjectNode constants) {
    first.describe(name + PART + 0, constants);
    second.describe(name + PART + 1, constants);
  }

  @Override
  public Linear withBias(Tensor other) {
    return new Chain(first, second.withBias(other));
  }

  @Override
  public Linear copyTo(Scope scope) {
    return new Chain(first.copyTo(scope), second.copyTo(scope));
  }

  @Override
  public Linear copyTo(Scope scope, DType dtype) {
    return new Chain(first.copyTo(scope, dtype), second.copyTo(scope, dtype));
  }
}
