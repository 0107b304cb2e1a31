package io.github.lrfbench.harness.compress.structure;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;

/** Some rows of matrices. */
final class Rows {
  private Rows() {}

  /** The rows of these numbers, in their order. */
  static Matrix of(Matrix x, int[] rows, Scope scope) {
    Matrix taken = Matrix.of(scope.allocate(x.dtype(), rows.length, x.cols()));
    try (Scope scratch = scope.device().openScope()) {
      scope.device().nn().gatherRows(x, scratch.ints(rows, rows.length), taken);
    }
    return taken;
  }

  /** A dense map of some rows of a slot's W, and of its bias. */
  static DenseLinear of(LinearSlot slot, int[] rows, Scope scope) {
    Matrix weight;
    try (Scope scratch = scope.device().openScope()) {
      Matrix some = of(SlotMatrix.of(slot, scratch), rows, scratch);
      weight = Matrices.transpose(some, scope);
    }
    Tensor bias = slot.linear().bias();
    if (bias == null) {
      return new DenseLinear(weight, null);
    }
    float[] all = bias.toFloats();
    float[] some = new float[rows.length];
    for (int i = 0; i < some.length; i++) {
      some[i] = all[rows[i]];
    }
    return new DenseLinear(weight, scope.floats(some, some.length));
  }

  /** Rows and columns of these numbers, of a symmetric matrix. */
  static Matrix symmetric(Matrix x, int[] rows, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      return of(Matrices.transpose(of(x, rows, scratch), scratch), rows, scope);
    }
  }
}
