package io.github.lrfbench.harness.linear;

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
import java.util.List;

/**
 * Linear maps of one input, like the query, key and value projections: their outputs stand side by
 * side, and what they compute from the input alone is one matrix product. Dense members share one
 * stacked matrix, low-rank members one stacked down-projection.
 */
public final class LinearGroup {
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
   * A group of any maps. Low-rank members are copied into the scope, their down-projections
   * stacked; other members are used as they are and must live as long.
   */
  public static LinearGroup of(List<Linear> members, Scope scope) {
    int totalRank = members.stream().mapToInt(LinearGroup::rankOf).sum();
    if (totalRank == 0) {
      return new LinearGroup(members, null, null);
    }
    DType dtype =
        members.stream()
            .filter(LowRankLinear.class::isInstance)
            .map(member -> ((LowRankLinear) member).factors().dtype())
            .findFirst()
            .orElseThrow();
    Matrix stackedDown = Matrix.of(scope.allocate(dtype, members.get(0).inputs(), totalRank));
    List<Linear> placed = new ArrayList<>();
    int column = 0;
    for (Linear member : members) {
      if (member instanceof LowRankLinear lowRank) {
        Matrix down = stackedDown.columns(column, column + lowRank.rank());
        scope.device().blas().copy(lowRank.factors().down(), down);
        Matrix up = Copies.of(lowRank.factors().up(), scope);
        placed.add(
            new LowRankLinear(new LowRankFactors(down, up), Copies.of(lowRank.bias(), scope)));
        column += lowRank.rank();
      } else {
        placed.add(member);
      }
    }
    return new LinearGroup(placed, null, stackedDown);
  }

  /** The same group in memory of another scope of the same device, its numbers in a type. */
  public LinearGroup copyTo(Scope scope, DType dtype) {
    if (stackedDense != null) {
      int[] widths = members.stream().mapToInt(Linear::outputs).toArray();
      return dense((DenseLinear) stackedDense.copyTo(scope, dtype), widths);
    }
    return copies(members, scope, dtype);
  }

  /** A group of copies of maps, their numbers in a type. */
  public static LinearGroup copies(List<Linear> members, Scope scope, DType dtype) {
    try (Scope scratch = scope.device().openScope()) {
      List<Linear> copied = new ArrayList<>();
      for (Linear member : members) {
        // Low-rank members are copied once more when they are stacked.
        Scope owner = member instanceof LowRankLinear ? scratch : scope;
        copied.add(member.copyTo(owner, dtype));
      }
      return of(copied, scope);
    }
  }

  /** The maps, in the order of their outputs. */
  public List<Linear> members() {
    return members;
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
        Matrix value =
            stackedBias ? new Matrix(stackedDense.bias(), column, 1, width, width) : weight.value();
        weights.add(new Parameter(weight.name(), value, weight.storage()));
      }
      column += width;
    }
    return weights;
  }

  /** Width of all outputs together. */
  public int outputs() {
    return members.stream().mapToInt(Linear::outputs).sum();
  }

  /**
   * Applies all members.
   *
   * @param x [T, inputs]
   * @param y [T, sum of outputs], modified
   */
  public void forward(Ops ops, Matrix x, Matrix y) {
    if (stackedDense != null) {
      stackedDense.forward(ops, x, Activation.NONE, y);
      return;
    }
    try (Ops frame = ops.frame()) {
      Matrix middle = stackedDown == null ? null : projectDown(frame, x);
      int column = 0;
      int rank = 0;
      for (Linear member : members) {
        Matrix slice = y.columns(column, column + member.outputs());
        if (member instanceof LowRankLinear lowRank) {
          lowRank.expand(
              frame, middle.columns(rank, rank + lowRank.rank()), Activation.NONE, slice);
          rank += lowRank.rank();
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

  private static int rankOf(Linear linear) {
    return linear instanceof LowRankLinear lowRank ? lowRank.rank() : 0;
  }
}
