package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/** The matrix W of a slot. */
public final class SlotMatrix {
  private SlotMatrix() {}

  /**
   * W of [outputs, inputs], in whatever form the slot stores it.
   *
   * @param scope owns it
   */
  public static Matrix of(LinearSlot slot, Scope scope) {
    Matrix w =
        Matrix.of(scope.allocate(DType.F32, slot.linear().outputs(), slot.linear().inputs()));
    slot.linear().materialize(scope.device(), w);
    return w;
  }
}
