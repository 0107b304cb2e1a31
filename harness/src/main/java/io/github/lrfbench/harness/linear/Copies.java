package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Mask;

/** Copies between scopes of one device. */
public final class Copies {
  private Copies() {}

  /** A copy owned by {@code scope}; null stays null. */
  public static Tensor of(Tensor tensor, Scope scope) {
    return tensor == null ? null : of(tensor, scope, tensor.dtype());
  }

  /** A copy in a type, owned by {@code scope}; null stays null. */
  public static Tensor of(Tensor tensor, Scope scope, DType dtype) {
    if (tensor == null) {
      return null;
    }
    Tensor copy = scope.allocate(dtype, tensor.shape().toArray());
    scope.device().blas().copy(Matrix.of(tensor), Matrix.of(copy));
    return copy;
  }

  /** A copy owned by {@code scope}. */
  static Mask of(Mask mask, Scope scope) {
    int[] starts = mask.starts();
    Tensor offsets =
        starts == null
            ? scope.allocate(DType.I32, mask.rows() + 1L)
            : scope.ints(starts, starts.length);
    return new Mask(of(mask.bits(), scope), starts, offsets, mask.cols());
  }

  /** A copy without gaps between its rows, owned by {@code scope}. */
  public static Matrix of(Matrix matrix, Scope scope) {
    return of(matrix, scope, matrix.dtype());
  }

  /** A copy in a type without gaps between its rows, owned by {@code scope}. */
  public static Matrix of(Matrix matrix, Scope scope, DType dtype) {
    Matrix copy = Matrix.of(scope.allocate(dtype, matrix.rows(), matrix.cols()));
    scope.device().blas().copy(matrix, copy);
    return copy;
  }
}
