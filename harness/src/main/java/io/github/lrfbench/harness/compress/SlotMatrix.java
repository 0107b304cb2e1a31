package io.github.lrfbench.harness.compress;

import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;

/** The matrix W of a slot. */
public final class SlotMatrix {
  private SlotMatrix() {}

  /**
   * W of [outputs, inputs], not to be modified: the slot's own memory where it is dense, else
   * multiplied out.
   *
   * @param scope owns what has to be multiplied out
   */
  public static Matrix of(LinearSlot slot, Scope scope) {
    if (slot.linear() instanceof DenseLinear dense) {
      return Matrix.of(dense.weight());
    }
    Tensor tensor = scope.allocate(DType.F32, slot.linear().outputs(), slot.linear().inputs());
    slot.linear().materialize(scope.device(), Matrix.of(tensor));
    return Matrix.of(tensor);
  }
}
