package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Moments of the inputs x [n] of a model's matrices together with the gradients of every example's
 * loss: g = dL/dx [n] and dL/dy of the outputs. Sums over the tokens of calibration data. Slots
 * that share their input share its moments, g being what all of them together send back.
 */
public final class GradientMoments implements AutoCloseable {
  /**
   * Moments of one input.
   *
   * @param normalized Σ x xᵀ / ‖x‖², F64 [n, n]
   * @param gradients Σ g gᵀ, F64 [n, n]
   * @param weighted Σ ‖g‖² x xᵀ, F64 [n, n]
   */
  public record Moments(Matrix normalized, Matrix gradients, Matrix weighted) {}

  private final Scope scope;
  private final Map<String, Moments> bySlot = new LinkedHashMap<>();
  private final Map<String, Double> sensitivities = new LinkedHashMap<>();

  GradientMoments(Scope scope) {
    this.scope = scope;
  }

  Scope scope() {
    return scope;
  }

  void put(String slot, Moments moments, double sensitivity) {
    bySlot.put(slot, moments);
    sensitivities.put(slot, sensitivity);
  }

  /** The moments of a slot's input. */
  public Moments of(String slot) {
    Moments found = bySlot.get(slot);
    if (found == null) {
      throw new IllegalArgumentException("no gradients of the input of " + slot);
    }
    return found;
  }

  /** By slot the mean over tokens of ‖dL/dy‖²: what an error in its output costs. */
  public Map<String, Double> sensitivities() {
    return Map.copyOf(sensitivities);
  }

  @Override
  public void close() {
    scope.close();
  }
}
