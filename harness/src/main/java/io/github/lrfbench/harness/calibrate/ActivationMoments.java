package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Blas;
import java.util.Arrays;
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

  /**
   * Adds those of what a part of a form reads: x̂ = P x, x being the input of the form's slot. Of
   * |x̂| they tell nothing.
   *
   * @param part its name, which is no slot's
   * @param map P, F64 [k, n], not modified; null where the part reads x itself
   */
  public void derive(String part, String slot, Matrix map) {
    Moments whole = of(slot);
    if (map == null) {
      put(part, whole);
      return;
    }
    Blas blas = scope.device().blas();
    Matrix gram = Matrix.of(scope.allocate(DType.F64, map.rows(), map.rows()));
    try (Scope scratch = scope.device().openScope()) {
      Matrix half = Matrix.of(scratch.allocate(DType.F64, map.rows(), map.cols()));
      blas.gemm(false, false, 1, map, whole.gram(), 0, half);
      blas.gemm(false, true, 1, half, map, 0, gram);
      Matrix mean = Matrix.of(scratch.doubles(whole.mean(), map.cols(), 1));
      Matrix own = Matrix.of(scratch.allocate(DType.F64, map.rows(), 1));
      blas.gemm(false, false, 1, map, mean, 0, own);
      double[] unknown = new double[map.rows()];
      Arrays.fill(unknown, Double.NaN);
      put(part, new Moments(whole.tokens(), gram, own.data().toDoubles(), unknown));
    }
  }

  /** Whether there are moments of a slot's input, or of what a part of a form reads. */
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
