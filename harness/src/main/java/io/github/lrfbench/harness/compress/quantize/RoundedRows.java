package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.QuantizedLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * A matrix whose rows are rounded to codes, each with a scale of its own: s = max |w| / 127 and
 * codes w / s rounded to the nearest.
 *
 * @param map the codes, without a bias
 * @param energy ‖W‖²
 * @param squaredError ‖W − Ŵ‖²
 * @param offer the one point there is
 */
record RoundedRows(QuantizedLinear map, double energy, double squaredError, OperatingPoints offer)
    implements Factorization {
  private static final int LARGEST = 127;

  /**
   * Rounds a slot's matrix.
   *
   * @param scope owns the codes
   * @throws InputException if it holds NaN or infinity
   */
  static RoundedRows of(LinearSlot slot, OperatingPoints offer, Scope scope) {
    int rows = offer.rows();
    int cols = offer.cols();
    byte[] codes = new byte[Math.multiplyExact(rows, cols)];
    float[] scales = new float[rows];
    double energy = 0;
    double error = 0;
    try (Scope scratch = scope.device().openScope()) {
      Matrix w = SlotMatrix.of(slot, scratch);
      float[] row = new float[cols];
      for (int i = 0; i < rows; i++) {
        w.data().read((long) i * cols, row, 0, cols);
        scales[i] = scale(row, slot.name(), i);
        for (int j = 0; j < cols; j++) {
          codes[i * cols + j] = code(row[j], scales[i]);
          double left = row[j] - (double) (codes[i * cols + j] * scales[i]);
          energy += (double) row[j] * row[j];
          error += left * left;
        }
      }
    }
    QuantizedLinear map =
        new QuantizedLinear(
            Matrix.of(scope.codes(DType.I8, codes, rows, cols)),
            scope.floats(scales, rows, 1),
            null,
            cols,
            cols,
            null,
            DType.F32);
    return new RoundedRows(map, energy, error, offer);
  }

  private static float scale(float[] row, String slot, int number) {
    float largest = 0;
    for (float value : row) {
      if (!Float.isFinite(value)) {
        throw new InputException(
            slot + " holds NaN or infinity in row " + number + ", which has no codes");
      }
      largest = Math.max(largest, Math.abs(value));
    }
    return largest / LARGEST;
  }

  /** Of a row whose scale is too small for a float, and so 0, every code is 0. */
  private static byte code(float value, float scale) {
    double code = scale == 0 ? 0 : Math.rint(value / (double) scale);
    return (byte) Math.max(-LARGEST, Math.min(LARGEST, code));
  }

  @Override
  public OperatingPoints points() {
    return offer.withErrors(energy, new double[] {squaredError});
  }

  @Override
  public Fit fit(int point, Scope scope) {
    String tiles = map.tiles() == 1 ? "the whole matrix" : map.tiles() + " tiles in turn";
    return new Fit(
        map.copyTo(scope),
        new Diagnostics(
            "", Math.sqrt(squaredError), Double.NaN, Double.NaN, "runs by expanding " + tiles));
  }
}
