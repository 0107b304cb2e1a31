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
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Linear maps of one input, like the query, key and value projections: their outputs stand side by
 * side, and what they compute from the input alone is one matrix product. Dense members share one
 * stacked matrix, low-rank members one stacked down-projection, and members of one basis are two
 * factors together. Adapters are added to that.
 */
public final class LinearGroup implements Layer {
  private final List<Linear> members;

  /** All members as one map, of whose numbers theirs are parts; null if they are none. */
  private final Linear whole;

  private final Matrix stackedDown;

  private LinearGroup(List<Linear> members, Linear whole, Matrix stackedDown) {
    this.members = List.copyOf(members);
    this.whole = whole;
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
   * A group of any maps. If all are dense, or share a basis, they are copied into the scope side by
   * side. Low-rank members are copied into it too, their down-projections stacked; other members
   * are used as they are and must live as long.
   */
  public static LinearGroup of(List<Linear> members, Scope scope) {
    List<Linear> bases = members.stream().map(Linear::base).toList();
    return ofBases(bases, scope, UnaryOperator.identity()).adapt(members, scope);
  }

  /**
   * The group with other members. Where only adapters are new, the matrices are shared with this
   * group and stay one product.
   *
   * @param replaced members of this group, adapters over such, or other maps, which are copied
   */
  public LinearGroup with(List<Linear> replaced, Scope scope) {
    List<Linear> present = members.stream().map(Linear::base).toList();
    List<Linear> bases = replaced.stream().map(Linear::base).toList();
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
      placed.add(adapted.get(i).over(members.get(i).base(), scope));
    }
    return new LinearGroup(placed, whole, stackedDown);
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
    if (shareBasis(members)) {
      return stackShared(members, scope, members.get(0).dtype());
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
    int column = 0;
    for (Linear member : members) {
      int end = column + member.outputs();
      scope.device().blas().copy(member.dense(), weight.columns(column, end));
      column = end;
    }
    return dense(new DenseLinear(weight, stackBiases(members, scope, dtype)), widths);
  }

  private static Tensor stackBiases(List<Linear> members, Scope scope, DType dtype) {
    int total = members.stream().mapToInt(Linear::outputs).sum();
    Tensor bias = scope.allocate(dtype, total);
    Matrix biases = new Matrix(bias, 0, 1, total, total);
    int column = 0;
    for (Linear member : members) {
      int end = column + member.outputs();
      Matrix vector = Parameter.vector("bias", member.bias()).value();
      scope.device().blas().copy(vector, biases.columns(column, end));
      column = end;
    }
    return bias;
  }

  private static boolean shareBasis(List<Linear> members) {
    return members.get(0) instanceof Sharer first
        && members.stream()
            .allMatch(
                member ->
                    member instanceof Sharer shared
                        && shared.basis() == first.basis()
                        && shared.bias() != null
                        && first.joins(shared));
  }

  /** A group of maps that share a basis: what is their own stands side by side, too. */
  private static LinearGroup stackShared(List<Linear> members, Scope scope, DType dtype) {
    Sharer first = (Sharer) members.get(0);
    Basis basis = first.basis().copyTo(scope, dtype);
    boolean columns = first.joinsColumns();
    int total =
        members.stream()
            .map(member -> ((Sharer) member).own())
            .mapToInt(own -> columns ? own.cols() : own.rows())
            .sum();
    Matrix all =
        Matrix.of(
            columns
                ? scope.allocate(dtype, first.own().rows(), total)
                : scope.allocate(dtype, total, first.own().cols()));
    Tensor bias = stackBiases(members, scope, dtype);
    List<Linear> placed = new ArrayList<>();
    int column = 0;
    int from = 0;
    for (Linear member : members) {
      Sharer shared = (Sharer) member;
      int to = from + (columns ? shared.own().cols() : shared.own().rows());
      Matrix own = columns ? all.columns(from, to) : all.rows(from, to);
      scope.device().blas().copy(shared.own(), own);
      Tensor ownBias = bias.view(column, member.outputs());
      placed.add(shared.withBasis(basis, shared.holder()).withOwn(own, ownBias));
      column += member.outputs();
      from = to;
    }
    Linear whole = first.withBasis(basis, true).joined(all, bias);
    return new LinearGroup(placed, whole, null);
  }

  /** The same group in memory of another scope of the same device, its numbers in a type. */
  public LinearGroup copyTo(Scope scope, DType dtype) {
    try (Scope scratch = scope.device().openScope()) {
      List<Linear> adapted = new ArrayList<>();
      for (Linear member : members) {
        // Adapters are copied once more where they are put beside their bases.
        adapted.add(member.adapter() == null ? member : member.copyTo(scratch, dtype));
      }
      return copyBasesTo(scope, scratch, dtype).adapt(adapted, scope);
    }
  }

  private LinearGroup copyBasesTo(Scope scope, Scope scratch, DType dtype) {
    if (whole instanceof DenseLinear dense) {
      int[] widths = members.stream().mapToInt(Linear::outputs).toArray();
      return dense(dense.copyTo(scope, dtype), widths);
    }
    List<Linear> bases = members.stream().map(Linear::base).toList();
    if (whole != null) {
      return stackShared(bases, scope, dtype);
    }
    List<Linear> copies = new ArrayList<>();
    for (Linear base : bases) {
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
    return whole instanceof DenseLinear dense
            && members.stream().allMatch(member -> member.dense() != null)
        ? dense
        : null;
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
        boolean stackedBias = whole != null && weight.storage() == Storage.VECTOR;
        // The forward pass uses the stacked tensor; a gradient belongs to a slice of it.
        weights.add(
            stackedBias
                ? new Parameter(
                    weight.name(),
                    new Matrix(whole.bias(), column, 1, width, width),
                    Storage.VECTOR)
                : weight);
      }
      column += width;
    }
    return weights;
  }

  @Override
  public String label() {
    return members.stream().map(Linear::label).collect(Collectors.joining(" | "));
  }

  @Override
  public long bytes() {
    return members.stream().mapToLong(Linear::bytes).sum();
  }

  @Override
  public List<Function<Scope, Layer>> expansions() {
    if (members.stream()
            .anyMatch(
                member ->
                    member.adapter() != null || member.bias() == null || member.roundsInputs())
        || members.stream().allMatch(member -> member.expansions().isEmpty())) {
      return List.of();
    }
    return whole == null ? List.of(this::sideBySide) : whole.expansions();
  }

  /** All members' matrices as one. */
  private Layer sideBySide(Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      List<Linear> matrices = new ArrayList<>();
      for (Linear member : members) {
        matrices.add(member.dense() == null ? DenseLinear.of(member, scratch) : member);
      }
      DType dtype = members.get(0).dtype();
      Scope place = dtype == DType.F32 ? scope : scratch;
      Linear stacked = stack(matrices, place).whole;
      return dtype == DType.F32 ? stacked : stacked.copyTo(scope, dtype);
    }
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
  public long flopsPerRow() {
    if (whole == null) {
      return members.stream().mapToLong(Linear::flopsPerRow).sum();
    }
    long adapters =
        members.stream()
            .map(Linear::adapter)
            .filter(Objects::nonNull)
            .mapToLong(Linear::flopsPerRow)
            .sum();
    return whole.flopsPerRow() + adapters;
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    if (whole != null) {
      whole.forward(ops, x, Activation.NONE, y);
    } else {
      applyBases(ops, x, y);
    }
    int column = 0;
    for (Linear member : members) {
      Linear adapter = member.adapter();
      if (adapter != null) {
        adapter.addTo(ops, x, y.columns(column, column + member.outputs()));
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
        Linear member = adapted.base();
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
