package io.github.lrfbench.harness.compress.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.QuantizedLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights are rounded to the nearest code of their row. */
class Int8CompressorTest extends DeviceCase {
  private static final MethodSpec INT8 = MethodSpec.parse("int8");

  private Factorization factorize(float[] w, int rows, int cols) {
    Matrix weight = Matrix.of(scope.allocate(DType.F32, cols, rows));
    device.blas().transpose(Matrix.of(scope.floats(w, rows, cols)), weight);
    LinearSlot slot = new LinearSlot("w", 0, "query", new DenseLinear(weight, null));
    return new Int8Compressor()
        .factorize(
            new FactorRequest(List.of(new Target(slot, 0, true)), INT8.options(), null, scope))
        .get(0);
  }

  private static float[] random(int size, double scale) {
    SplittableRandom random = new SplittableRandom(9);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return values;
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "3, 5, 1", "5, 130, 1e-30", "130, 7, 1e30", "4, 4, 1e-44"})
  void everyWeightIsWithinHalfAStep(int rows, int cols, double size) {
    float[] w = random(rows * cols, size);
    Arrays.fill(w, 0, cols, rows > 1 ? 0 : 1);
    Factorization made = factorize(w, rows, cols);
    Fit fit = made.fit(0, scope);
    QuantizedLinear map = (QuantizedLinear) fit.map();
    float[] scales = map.scales().toFloats();
    byte[] codes = map.codes().data().toBytes();
    Tensor product = scope.allocate(DType.F32, rows, cols);
    map.materialize(device, Matrix.of(product));
    float[] rounded = product.toFloats();
    double error = 0;
    double energy = 0;
    for (int i = 0; i < rows; i++) {
      double largest = 0;
      for (int j = 0; j < cols; j++) {
        largest = Math.max(largest, Math.abs(w[i * cols + j]));
      }
      assertEquals(largest / 127, scales[i], 1e-7 * largest + Float.MIN_VALUE);
      for (int j = 0; j < cols; j++) {
        int at = i * cols + j;
        double left = w[at] - (double) rounded[at];
        assertEquals(codes[at] * (double) scales[i], rounded[at], 1e-7 * largest);
        assertTrue(Math.abs(codes[at]) <= 127);
        if (size > 1e-40) {
          assertTrue(Math.abs(left) <= 0.5001 * largest / 127, w[at] + " became " + rounded[at]);
        }
        error += left * left;
        energy += (double) w[at] * w[at];
      }
    }
    assertEquals(error, made.points().get(0).squaredError(), 1e-9 * error);
    assertEquals(energy, made.points().energy(), 1e-9 * energy);
    assertEquals(Math.sqrt(error), fit.diagnostics().predictedError(), 1e-9 * Math.sqrt(error));
    assertEquals(map.parameters(), made.points().get(0).numbers());
    assertEquals(map.bits(), made.points().get(0).bits());
    assertEquals(map.label(), made.points().get(0).label());
  }

  @Test
  void aZeroMatrixStaysZero() {
    Factorization made = factorize(new float[6], 2, 3);
    assertEquals(0, made.points().get(0).squaredError());
    Tensor product = scope.allocate(DType.F32, 2, 3);
    made.fit(0, scope).map().materialize(device, Matrix.of(product));
    for (float value : product.toFloats()) {
      assertEquals(0, value);
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void whatIsNoNumberIsRefused(float value) {
    float[] w = random(12, 1);
    w[7] = value;
    InputException refused = assertThrows(InputException.class, () -> factorize(w, 4, 3));
    assertEquals("w holds NaN or infinity in row 2, which has no codes", refused.getMessage());
  }
}
