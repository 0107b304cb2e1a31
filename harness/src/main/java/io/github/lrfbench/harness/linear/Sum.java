package io.github.lrfbench.harness.linear;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Two linear maps of one input, added, y = (S + T) x + b, each in a form of its own.
 *
 * @param first S and b
 * @param second T, without a bias
 */
public record Sum(Linear first, Linear second) implements LinearSum {
  /** What the parts are called below the module in a checkpoint, before their numbers. */
  public static final String PART = ".sum.";

  /** Checks that the maps fit. */
  public Sum {
    LinearSum.check(first, second);
  }

  @Override
  public String label() {
    return first.label() + " + " + second.label();
  }

  @Override
  public List<Function<Scope, Layer>> expansions() {
    return Expansions.of(first, second, Sum::new);
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
    return new Sum(first.mapLeaves(leaf), second.mapLeaves(leaf));
  }

  @Override
  public String form() {
    return "sum";
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>(first.withBias(null).weights(name + PART + 0));
    weights.addAll(second.weights(name + PART + 1));
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
    return new Sum(first.withBias(other), second);
  }

  @Override
  public Linear copyTo(Scope scope) {
    return new Sum(first.copyTo(scope), second.copyTo(scope));
  }

  @Override
  public Linear copyTo(Scope scope, DType dtype) {
    return new Sum(first.copyTo(scope, dtype), second.copyTo(scope, dtype));
  }
}
