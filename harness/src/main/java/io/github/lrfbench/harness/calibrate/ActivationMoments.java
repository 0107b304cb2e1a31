package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Moments of the inputs of a model's matrices over the tokens of calibration data, padding
 * excluded. Slots that share their input, like query, key and value, share its moments.
 */
public final class ActivationMoments implements AutoCloseable {
  /**
   * Moments of one input x of [n] over p tokens.
   *
   * @param tokens p
   * @param gram C = Σ x xᵀ, F64 [n, n] on the device: a sum, not a mean, and not centred
   * @param mean μ = (1/p) Σ x, [n]
   * @param meanMagnitude (1/p) Σ |x|, [n]
   */
  public record Moments(long tokens, Matrix gram, double[] mean, double[] meanMagnitude) {}

  private final Scope scope;
  private final Map<String, Moments> bySlot = new LinkedHashMap<>();

  ActivationMoments(Scope scope) {
    this.scope = scope;
  }

  Scope scope() {
    return scope;
  }

  void put(String slot, Moments moments) {
    bySlot.put(slot, moments);
  }

  /** Whether there are moments of a slot's input; of what a form is made of there are none. */
  public boolean has(String slot) {
    return bySlot.containsKey(slot);
  }

  /** The moments of a slot's input. */
  public Moments of(String slot) {
    Moments found = bySlot.get(slot);
    if (found == null) {
      throw new IllegalArgumentException("no moments of the input of " + slot);
    }
    return found;
  }

  /** By slot. */
  Map<String, Moments> all() {
    return bySlot;
  }

  @Override
  public void close() {
    scope.close();
  }
}
