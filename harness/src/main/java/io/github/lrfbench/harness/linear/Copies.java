package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;

/** Copies between scopes of one device. */
public final class Copies {
  private Copies() {}

  /** A copy owned by {@code scope}; null stays null. */
  public static Tensor of(Tensor tensor, Scope scope) {
    if (tensor == null) {
      return null;
    }
    Tensor copy = scope.allocate(tensor.dtype(), tensor.shape().toArray());
    scope.device().blas().copy(Matrix.of(tensor), Matrix.of(copy));
    return copy;
  }

  /** A copy without gaps between its rows, owned by {@code scope}. */
  public static Matrix of(Matrix matrix, Scope scope) {
    Matrix copy = Matrix.of(scope.allocate(matrix.dtype(), matrix.rows(), matrix.cols()));
    scope.device().blas().copy(matrix, copy);
    return copy;
  }
}
