package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;

/** Copies tensors between scopes of one device. */
final class Tensors {
  private Tensors() {}

  /** A copy owned by {@code scope}; null stays null. */
  static Tensor copy(Tensor tensor, Scope scope) {
    if (tensor == null) {
      return null;
    }
    Tensor copy = scope.allocate(tensor.dtype(), tensor.shape().toArray());
    Matrix source = Matrix.of(tensor);
    scope.device().blas().copy(source, Matrix.of(copy));
    return copy;
  }
}
