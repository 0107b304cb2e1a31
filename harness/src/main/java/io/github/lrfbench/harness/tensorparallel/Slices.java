package io.github.lrfbench.harness.tensorparallel;

import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.Norm;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.List;

/** Parts of a model's weights in memory of a shard, which may be that of another device. */
final class Slices {
  private Slices() {}

  /** All outputs of some ranges: rows of the matrix or of U, and of the bias. */
  static Linear outputs(Linear linear, List<Range> ranges, Scope scope) {
    Tensor bias = linear.bias() == null ? null : columns(linear.bias(), ranges, scope);
    LowRankFactors factors = linear.factors();
    if (factors == null) {
      return new DenseLinear(columns(linear.dense(), ranges, scope), bias);
    }
    Matrix down = copy(factors.down(), scope);
    return new LowRankLinear(new LowRankFactors(down, columns(factors.up(), ranges, scope)), bias);
  }

  /** The part of W x that some of the inputs give, without the bias. */
  static Linear inputs(Matrix weight, Range range, Scope scope) {
    return new DenseLinear(copy(weight.rows(range.from(), range.to()), scope), null);
  }

  /** The part of U V x that some of the rank gives, without the bias. */
  static Linear rank(LowRankFactors factors, Range range, Scope scope) {
    return new LowRankLinear(
        new LowRankFactors(
            copy(factors.down().columns(range.from(), range.to()), scope),
            copy(factors.up().rows(range.from(), range.to()), scope)),
        null);
  }

  /** A copy; null stays null. */
  static Tensor copy(Tensor tensor, Scope scope) {
    if (tensor == null) {
      return null;
    }
    Tensor copy = scope.allocate(DType.F32, tensor.shape().toArray());
    ShardGroup.copy(Matrix.of(tensor.reshape(1, tensor.shape().size())), row(copy));
    return copy;
  }

  /** A copy; null stays null. */
  static Norm copy(Norm norm, Scope scope) {
    return norm == null
        ? null
        : new Norm(copy(norm.gamma(), scope), copy(norm.beta(), scope), norm.epsilon());
  }

  /** A copy without gaps between its rows. */
  static Matrix copy(Matrix matrix, Scope scope) {
    Matrix copy = Matrix.of(scope.allocate(DType.F32, matrix.rows(), matrix.cols()));
    ShardGroup.copy(matrix, copy);
    return copy;
  }

  private static Tensor columns(Tensor vector, List<Range> ranges, Scope scope) {
    return columns(row(vector), ranges, scope).data().reshape(width(ranges));
  }

  private static Matrix columns(Matrix matrix, List<Range> ranges, Scope scope) {
    Matrix copy = Matrix.of(scope.allocate(DType.F32, matrix.rows(), width(ranges)));
    int column = 0;
    for (Range range : ranges) {
      ShardGroup.copy(
          matrix.columns(range.from(), range.to()), copy.columns(column, column + range.size()));
      column += range.size();
    }
    return copy;
  }

  private static int width(List<Range> ranges) {
    return ranges.stream().mapToInt(Range::size).sum();
  }

  private static Matrix row(Tensor tensor) {
    return Matrix.of(tensor.reshape(1, tensor.shape().size()));
  }
}
