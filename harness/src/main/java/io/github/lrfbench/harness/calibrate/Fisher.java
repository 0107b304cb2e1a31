package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.List;

/**
 * The empirical diagonal Fisher information of the matrices in a model's slots, in whatever form
 * they are stored: F = (1/N) Σ (dL/dW)², squared example by example (Hsu et al. 2022), on the
 * model's device. Elements lie as in a dense map's weight.
 */
public final class Fisher implements AutoCloseable {
  private final Scope scope;
  private final SlotSums sums;

  /** No information yet, of some slots. */
  Fisher(List<LinearSlot> slots, Scope scope) {
    this.scope = scope;
    this.sums = new SlotSums(slots, DType.F32, scope);
  }

  /** Whether a layer, or one of its parts, is in a slot. */
  boolean has(Layer layer) {
    return sums.has(layer);
  }

  /** The sums of a layer, which are zeros at first; those of its parts are slices of them. */
  Matrix sums(Layer layer) {
    return sums.of(layer);
  }

  /** Gives slots that no example reached what they are to have: zeros. */
  void complete() {
    sums.complete();
  }

  /** Makes means of the sums over examples. */
  void divideBy(int examples) {
    sums.divideBy(examples);
  }

  /** All slots' names. */
  public Iterable<String> slots() {
    return sums.slots();
  }

  /**
   * F of a slot's matrix.
   *
   * @return [inputs, outputs], not to be modified
   */
  public Matrix of(String slot) {
    Matrix found = sums.of(slot);
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
