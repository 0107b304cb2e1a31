package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The empirical diagonal Fisher information of the matrices in a model's slots, in whatever form
 * they are stored: F = (1/N) Σ (dL/dW)², squared example by example (Hsu et al. 2022), on the
 * model's device. Elements lie as in a dense map's weight.
 */
public final class Fisher implements AutoCloseable {
  private final Scope scope;
  private final Map<Layer, LinearSlot> slots = new IdentityHashMap<>();
  private final Map<Layer, Matrix> byLayer = new IdentityHashMap<>();
  private final Map<String, Matrix> bySlot = new LinkedHashMap<>();

  /** No information yet, of some slots. */
  Fisher(List<LinearSlot> slots, Scope scope) {
    this.scope = scope;
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
  Matrix sums(Layer layer) {
    return byLayer.computeIfAbsent(
        layer,
        key -> {
          Matrix sums = Matrix.of(scope.zeros(DType.F32, layer.inputs(), layer.outputs()));
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
        sums(slot.linear());
      }
    }
  }

  /** All slots' names. */
  public Iterable<String> slots() {
    return bySlot.keySet();
  }

  /**
   * F of a slot's matrix.
   *
   * @return [inputs, outputs], not to be modified
   */
  public Matrix of(String slot) {
    Matrix found = bySlot.get(slot);
    if (found == null) {
      throw new IllegalArgumentException("no Fisher information of " + slot);
    }
    return found;
  }

  /**
   * The importance of every input of a slot's matrix: Σ over outputs of F.
   *
   * @return [inputs]
   */
  public double[] ofInputs(String slot) {
    Matrix f = of(slot);
    double[] sums = new double[f.rows()];
    double[] row = new double[f.cols()];
    for (int i = 0; i < f.rows(); i++) {
      f.data().read(f.offset() + (long) i * f.stride(), row, 0, row.length);
      for (double value : row) {
        sums[i] += value;
      }
    }
    return sums;
  }

  @Override
  public void close() {
    scope.close();
  }
}
