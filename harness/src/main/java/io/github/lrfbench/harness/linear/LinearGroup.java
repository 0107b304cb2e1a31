package io.github.lrfbench.harness.linear;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Linear maps of one input, like the query, key and value projections: their outputs stand side by
 * side, and what they compute from the input alone is one matrix product. Dense members share one
 * stacked matrix, low-rank members one stacked down-projection. Adapters are added to that.
 */
public final class LinearGroup implements Layer {
  private final List<Linear> members;
  private final DenseLinear stackedDense;
  private final Matrix stackedDown;

  private LinearGroup(List<Linear> members, DenseLinear stackedDense, Matrix stackedDown) {
    this.members = List.copyOf(members);
    this.stackedDense = stackedDense;
    this.stackedDown = stackedDown;
  }

  /**
   * A group of dense maps whose matrices already stand side by side in memory.
   *
   * @param stacked weight [inputs, sum of outputs] and bias [sum of outputs]
   * @param outputs output widths of the members, in order
   */
  public static LinearGroup dense(DenseLinear stacked, int... outputs) {
    List<Linear> members = new ArrayList<>();
    int column = 0;
    for (int width : outputs) {
      Matrix weight = stacked.weight().columns(column, column + width);
      Tensor bias = stacked.bias() == null ? null : stacked.bias().view(column, width);
      members.add(new DenseLinear(weight, bias));
      column += width;
    }
    return new LinearGroup(members, stacked, null);
  }

  /**
   * A group of any maps. If all are dense they are copied into the scope side by side. Low-rank
   * members are copied into it too, their down-projections stacked; other members are used as they
   * are and must live as long.
   */
  public static LinearGroup of(List<Linear> members, Scope scope) {
    List<Linear> bases = members.stream().map(LoraLinear::baseOf).toList();
    return ofBases(bases, scope, UnaryOperator.identity()).adapt(members, scope);
  }

  /**
   * The group with other members. Where only adapters are new, the matrices are shared with this
   * group and stay one product.
   *
   * @param replaced members of this group, adapters over such, or other maps, which are copied
   */
  public LinearGroup with(List<Linear> replaced, Scope scope) {
    List<Linear> present = members.stream().map(LoraLinear::baseOf).toList();
    List<Linear> bases = replaced.stream().map(LoraLinear::baseOf).toList();
    boolean onlyAdapters = true;
    for (int i = 0; i < present.size(); i++) {
      onlyAdapters &= bases.get(i) == present.get(i);
    }
    return onlyAdapters
        ? adapt(replaced, scope)
        : ofBases(bases, scope, base -> isOneOf(present, base) ? base : base.copyTo(scope))
            .adapt(replaced, scope);
  }

  private static boolean isOneOf(List<Linear> present, Linear base) {
    return present.stream().anyMatch(member -> member == base);
  }

  /** The group with the adapters of the given maps; their bases are this group's. */
  private LinearGroup adapt(List<Linear> adapted, Scope scope) {
    List<Linear> placed = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      Linear base = LoraLinear.baseOf(members.get(i));
      placed.add(adapted.get(i) instanceof LoraLinear lora ? lora.over(base, scope) : base);
    }
    return new LinearGroup(placed, stackedDense, stackedDown);
  }

  /**
   * A group of maps without adapters.
   *
   * @param place what is used of a member that is not copied to stand beside others
   */
  private static LinearGroup ofBases(
      List<Linear> members, Scope scope, UnaryOperator<Linear> place) {
    if (members.stream().allMatch(member -> member.dense() != null && member.bias() != null)) {
      return stack(members, scope);
    }
    List<LowRankFactors> factored =
        members.stream().map(Linear::factors).filter(Objects::nonNull).toList();
    if (factored.isEmpty()) {
      return new LinearGroup(members.stream().map(place).toList(), null, null);
    }
    int totalRank = factored.stream().mapToInt(LowRankFactors::rank).sum();
    DType dtype = factored.get(0).dtype();
    Matrix stackedDown = Matrix.of(scope.allocate(dtype, members.get(0).inputs(), totalRank));
    List<Linear> placed = new ArrayList<>();
    int column = 0;
    for (Linear member : members) {
      LowRankFactors factors = member.factors();
      if (factors != null) {
        Matrix down = stackedDown.columns(column, column + factors.rank());
        scope.device().blas().copy(factors.down(), down);
        Matrix up = Copies.of(factors.up(), scope);
        placed.add(
            new LowRankLinear(new LowRankFactors(down, up), Copies.of(member.bias(), scope)));
        column += factors.rank();
      } else {
        placed.add(place.apply(member));
      }
    }
    return new LinearGroup(placed, null, stackedDown);
  }

  private static LinearGroup stack(List<Linear> members, Scope scope) {
    int[] widths = members.stream().mapToInt(Linear::outputs).toArray();
    int total = Arrays.stream(widths).sum();
    DType dtype = members.get(0).dense().dtype();
    Matrix weight = Matrix.of(scope.allocate(dtype, members.get(0).inputs(), total));
    Tensor bias = scope.allocate(dtype, total);
    Matrix biases = new Matrix(bias, 0, 1, total, total);
    int column = 0;
    for (Linear member : members) {
      int end = column + member.outputs();
      scope.device().blas().copy(member.dense(), weight.columns(column, end));
      Matrix vector = Parameter.vector("bias", member.bias()).value();
      scope.device().blas().copy(vector, biases.columns(column, end));
      column = end;
    }
    return dense(new DenseLinear(weight, bias), widths);
  }

  /** The same group in memory of another scope of the same device, its numbers in a type. */
  public LinearGroup copyTo(Scope scope, DType dtype) {
    try (Scope scratch = scope.device().openScope()) {
      List<Linear> adapted = new ArrayList<>();
      for (Linear member : members) {
        // Adapters are copied once more where they are put beside their bases.
        adapted.add(member instanceof LoraLinear lora ? lora.copyTo(scratch, dtype) : member);
      }
      return copyBasesTo(scope, scratch, dtype).adapt(adapted, scope);
    }
  }

  private LinearGroup copyBasesTo(Scope scope, Scope scratch, DType dtype) {
    if (stackedDense != null) {
      int[] widths = members.stream().mapToInt(Linear::outputs).toArray();
      return dense(stackedDense.copyTo(scope, dtype), widths);
    }
    List<Linear> copies = new ArrayList<>();
    for (Linear member : members) {
      Linear base = LoraLinear.baseOf(member);
      // Low-rank members are copied once more when they are stacked.
      copies.add(base.copyTo(base.factors() == null ? scope : scratch, dtype));
    }
    return ofBases(copies, scope, UnaryOperator.identity());
  }

  /** The maps, in the order of their outputs. */
  public List<Linear> members() {
    return members;
  }

  /** The one map that all members are parts of, or null if they are not, or have adapters. */
  public DenseLinear stacked() {
    return members.stream().allMatch(member -> member.dense() != null) ? stackedDense : null;
  }

  /**
   * The weights of all members.
   *
   * @param names of the members' modules in a checkpoint
   */
  public List<Parameter> weights(List<String> names) {
    List<Parameter> weights = new ArrayList<>();
    int column = 0;
    for (int i = 0; i < members.size(); i++) {
      Linear member = members.get(i);
      int width = member.outputs();
      for (Parameter weight : member.weights(names.get(i))) {
        boolean stackedBias = stackedDense != null && weight.storage() == Storage.VECTOR;
        // The forward pass uses the stacked tensor; a gradient belongs to a slice of it.
        weights.add(
            stackedBias
                ? new Parameter(
                    weight.name(),
                    new Matrix(stackedDense.bias(), column, 1, width, width),
                    Storage.VECTOR)
                : weight);
      }
      column += width;
    }
    return weights;
  }

  @Override
  public List<Linear> parts() {
    return members;
  }

  @Override
  public int inputs() {
    return members.get(0).inputs();
  }

  /** Width of all outputs together. */
  @Override
  public int outputs() {
    return members.stream().mapToInt(Linear::outputs).sum();
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    if (stackedDense != null) {
      stackedDense.forward(ops, x, Activation.NONE, y);
    } else {
      applyBases(ops, x, y);
    }
    int column = 0;
    for (Linear member : members) {
      if (member instanceof LoraLinear adapted) {
        adapted.second().addTo(ops, x, y.columns(column, column + member.outputs()));
      }
      column += member.outputs();
    }
    if (activation != Activation.NONE) {
      ops.biasActivation(y, null, activation);
    }
  }

  private void applyBases(Ops ops, Matrix x, Matrix y) {
    try (Ops frame = ops.frame()) {
      Matrix middle = stackedDown == null ? null : projectDown(frame, x);
      int column = 0;
      int rank = 0;
      for (Linear adapted : members) {
        Linear member = LoraLinear.baseOf(adapted);
        Matrix slice = y.columns(column, column + member.outputs());
        LowRankFactors factors = member.factors();
        if (factors != null) {
          Matrix own = middle.columns(rank, rank + factors.rank());
          frame.linear(own, false, factors.up(), member.bias(), Activation.NONE, slice);
          rank += factors.rank();
        } else {
          member.forward(frame, x, Activation.NONE, slice);
        }
        column += member.outputs();
      }
    }
  }

  private Matrix projectDown(Ops frame, Matrix x) {
    Matrix middle = Matrix.of(frame.allocate(x.dtype(), x.rows(), stackedDown.cols()));
    frame.linear(x, false, stackedDown, null, Activation.NONE, middle);
    return middle;
  }
}
