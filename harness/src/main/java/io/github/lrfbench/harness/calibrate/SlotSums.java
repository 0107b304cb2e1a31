package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A sum for every matrix in some slots of a model, in whatever form it is stored. Elements lie as
 * in a dense map's weight, [inputs, outputs].
 */
final class SlotSums {
  private final Scope scope;
  private final DType dtype;
  private final Map<Layer, LinearSlot> slots = new IdentityHashMap<>();
  private final Map<Layer, Matrix> byLayer = new IdentityHashMap<>();
  private final Map<String, Matrix> bySlot = new LinkedHashMap<>();

  /**
   * No sums yet.
   *
   * @param scope owns them
   */
  SlotSums(List<LinearSlot> slots, DType dtype, Scope scope) {
    this.scope = scope;
    this.dtype = dtype;
    for (LinearSlot slot : slots) {
      this.slots.put(slot.linear(), slot);
      bySlot.put(slot.name(), null);
    }
  }

  /** Whether a layer, or one of its parts, is in a slot. */
  boolean has(Layer layer) {
    return layer.parts().stream().anyMatch(slots::containsKey);
  }

  /** The sums of a layer, which are zeros at first; those of its parts are slices of them. */
  Matrix of(Layer layer) {
    return byLayer.computeIfAbsent(
        layer,
        key -> {
          Matrix sums = Matrix.of(scope.zeros(dtype, layer.inputs(), layer.outputs()));
          int column = 0;
          for (Layer part : layer.parts()) {
            LinearSlot slot = slots.get(part);
            if (slot != null) {
              bySlot.put(slot.name(), sums.columns(column, column + part.outputs()));
            }
            column += part.outputs();
          }
          return sums;
        });
  }

  /** Gives slots that no example reached what they are to have: zeros. */
  void complete() {
    for (LinearSlot slot : slots.values()) {
      if (bySlot.get(slot.name()) == null) {
        of(slot.linear());
      }
    }
  }

  /** Makes means of the sums over examples. */
  void divideBy(int examples) {
    complete();
    for (Matrix sum : bySlot.values()) {
      double[] shares = new double[sum.rows()];
      Arrays.fill(shares, 1.0 / examples);
      scope.device().blas().scaleRows(sum, shares);
    }
  }

  /** All slots' names. */
  Iterable<String> slots() {
    return bySlot.keySet();
  }

  /** The sum of a slot's matrix, or null if there is none. */
  Matrix of(String slot) {
    return bySlot.get(slot);
  }
}
