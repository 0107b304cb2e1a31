package io.github.lrfbench.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.ProductRounding;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.host.HalfFloats;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Layers whose products are rounded, beside the same in double precision, number by number. */
class CpuRoundedLinearTest {
  private static Device open(ProductRounding rounding) {
    return Devices.open("cpu", new DeviceOptions(2, rounding), line -> {});
  }

  private static float[] random(int seed, int count, double scale) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return values;
  }

  /** What a vector is rounded to; numbers stand so many apart. */
  private static double[] rounded(
      ProductRounding rounding, float[] values, int from, int count, int apart) {
    double largest = 0;
    for (int i = 0; i < count; i++) {
      largest = Math.max(largest, Math.abs(values[from + i * apart]));
    }
    double[] result = new double[count];
    for (int i = 0; i < count; i++) {
      float value = values[from + i * apart];
      if (rounding == ProductRounding.BF16) {
        result[i] = HalfFloats.fromBf16(HalfFloats.toBf16(value));
      } else if (largest >= 1e-36) {
        result[i] = Math.rint((double) value * (127 / (float) largest)) * largest / 127;
      }
    }
    return result;
  }

  private static double[] expected(
      ProductRounding rounding,
      int rows,
      int inner,
      int cols,
      boolean trans,
      float[] x,
      float[] w) {
    double[] sums = new double[rows * cols];
    for (int j = 0; j < cols; j++) {
      double[] weights = rounded(rounding, w, trans ? j * inner : j, inner, trans ? 1 : cols);
      for (int i = 0; i < rows; i++) {
        double[] row = rounded(rounding, x, i * inner, inner, 1);
        for (int k = 0; k < inner; k++) {
          sums[i * cols + j] += row[k] * weights[k];
        }
      }
    }
    return sums;
  }

  private static void assertRounded(
      ProductRounding rounding, int rows, int inner, int cols, double scaleX, double scaleW) {
    float[] x = random(1, rows * inner, scaleX);
    float[] w = random(2, inner * cols, scaleW);
    for (boolean trans : new boolean[] {false, true}) {
      double[] wanted = expected(rounding, rows, inner, cols, trans, x, w);
      try (Device device = open(rounding);
          Scope scope = device.openScope()) {
        Matrix y = Matrix.of(scope.allocate(DType.F32, rows, cols));
        Matrix input = Matrix.of(scope.floats(x, rows, inner));
        Matrix weights =
            Matrix.of(trans ? scope.floats(w, cols, inner) : scope.floats(w, inner, cols));
        device.nn().linear(input, trans, weights, null, Activation.NONE, y);
        float[] got = y.data().toFloats();
        double tolerance = 3e-6 * scaleX * scaleW * (1 + Math.sqrt(inner)) + 1e-37;
        for (int i = 0; i < got.length; i++) {
          assertEquals(wanted[i], got[i], tolerance, "trans " + trans + " element " + i);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "1, 7, 3",
    "3, 5, 2",
    "64, 96, 130",
    "65, 33, 257",
    "130, 300, 520",
    "2, 2000, 17"
  })
  void productsAreThoseOfRoundedNumbers(int rows, int inner, int cols) {
    assertRounded(ProductRounding.INT8, rows, inner, cols, 1, 0.05);
    assertRounded(ProductRounding.BF16, rows, inner, cols, 1, 0.05);
  }

  @ParameterizedTest
  @CsvSource({"1e30, 1e-30", "1e-30, 1e30", "1e-20, 1e-10", "1e-37, 1"})
  void veryLargeAndVerySmallNumbers(double scaleX, double scaleW) {
    assertRounded(ProductRounding.INT8, 5, 40, 9, scaleX, scaleW);
    assertRounded(ProductRounding.BF16, 5, 40, 9, scaleX, scaleW);
  }

  @ParameterizedTest
  @EnumSource(names = {"INT8", "BF16"})
  void wholeNumbersAreExactWithBiasAndActivation(ProductRounding rounding) {
    try (Device device = open(rounding);
        Scope scope = device.openScope()) {
      assertEquals(rounding, device.rounding());
      // Each row and each column has the magnitude 127, so that a step is 1.
      float[] x = {127, -3, 5, 0, -127, 2};
      float[] w = {127, 4, -127, -2, 127, 127};
      Matrix y = Matrix.of(scope.allocate(DType.F32, 2, 2));
      Tensor bias = scope.floats(new float[] {1000, 0.5f}, 2);
      Matrix input = Matrix.of(scope.floats(x, 2, 3));
      Matrix weights = Matrix.of(scope.floats(w, 3, 2));
      device.nn().linear(input, false, weights, bias, Activation.RELU, y);
      float[] wanted = {
        127 * 127 + 3 * 127 + 5 * 127 + 1000,
        127 * 4 + 6 + 5 * 127 + 0.5f,
        127 * 127 + 2 * 127 + 1000,
        2 * 127 + 2 * 127 + 0.5f
      };
      assertArrayEquals(wanted, y.data().toFloats());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"INT8", "BF16"})
  void nanStaysInItsRowAndZerosGiveTheBias(ProductRounding rounding) {
    try (Device device = open(rounding);
        Scope scope = device.openScope()) {
      float[] x = {1, 2, 0, 0, Float.NaN, 1};
      Matrix y = Matrix.of(scope.allocate(DType.F32, 3, 1));
      Tensor bias = scope.floats(new float[] {0.25f}, 1);
      Matrix weights = Matrix.of(scope.floats(new float[] {1, 1}, 2, 1));
      Matrix input = Matrix.of(scope.floats(x, 3, 2));
      device.nn().linear(input, false, weights, bias, Activation.NONE, y);
      float[] got = y.data().toFloats();
      assertEquals(3.25, got[0], 0.01);
      assertEquals(0.25f, got[1]);
      assertTrue(Float.isNaN(got[2]));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "INT8", "BF16"})
  void steadyWeightsAreRoundedOnce(ProductRounding rounding) {
    int size = 140;
    try (Device device = open(rounding);
        Scope scope = device.openScope()) {
      Matrix x = Matrix.of(scope.floats(random(1, 70 * size, 1), 70, size));
      Matrix w = Matrix.of(scope.floats(random(2, size * size, 1), size, size));
      Matrix y = Matrix.of(scope.allocate(DType.F32, 70, size));
      Matrix alone = Matrix.of(scope.allocate(DType.F32, 70, size));
      device.nn().linear(x, false, w, null, Activation.GELU, alone);
      long before = device.memory().currentBytes();
      long[] kept = new long[3];
      device.withSteadyWeights(
          () -> {
            for (int i = 0; i < kept.length; i++) {
              try (Scope pass = device.openScope()) {
                // Weights that the work makes itself are others in each pass.
                Matrix own = Matrix.of(pass.floats(random(3, size * size, i), size, size));
                device.nn().linear(x, false, own, null, Activation.NONE, y);
                device.nn().linear(x, false, w, null, Activation.GELU, y);
              }
              kept[i] = device.memory().currentBytes() - before;
              float tolerance = rounding == ProductRounding.NONE ? 1e-4f : 0;
              assertArrayEquals(alone.data().toFloats(), y.data().toFloats(), tolerance);
            }
          });
      assertEquals(rounding != ProductRounding.NONE, kept[0] > 0);
      // Those that are not rounded may be packed for the second product.
      assertEquals(kept[rounding == ProductRounding.NONE ? 1 : 0], kept[2]);
      assertEquals(before, device.memory().currentBytes());
    }
  }

  /** What a graph keeps is the weights, not the inputs. */
  @ParameterizedTest
  @EnumSource(names = {"INT8", "BF16"})
  void capturedWorkSeesNewInputs(ProductRounding rounding) {
    int size = 140;
    try (Device device = open(rounding);
        Scope scope = device.openScope()) {
      Matrix x = Matrix.of(scope.floats(random(1, 70 * size, 1), 70, size));
      Matrix w = Matrix.of(scope.floats(random(2, size * size, 1), size, size));
      Matrix y = Matrix.of(scope.allocate(DType.F32, 70, size));
      Matrix eager = Matrix.of(scope.allocate(DType.F32, 70, size));
      long before = device.memory().currentBytes();
      try (CapturedGraph graph =
          device.capture(() -> device.nn().linear(x, false, w, null, Activation.GELU, y))) {
        x.data().write(0, random(3, 70 * size, 2), 0, 70 * size);
        graph.replay();
        device.nn().linear(x, false, w, null, Activation.GELU, eager);
        assertArrayEquals(eager.data().toFloats(), y.data().toFloats());
      }
      assertEquals(before, device.memory().currentBytes());
    }
  }

  @Test
  void doublePrecisionIsNotRounded() {
    try (Device device = open(ProductRounding.INT8);
        Scope scope = device.openScope()) {
      Matrix y = Matrix.of(scope.allocate(DType.F64, 1, 1));
      Matrix x = Matrix.of(scope.doubles(new double[] {1, 1e-9}, 1, 2));
      Matrix w = Matrix.of(scope.doubles(new double[] {1, 1}, 2, 1));
      device.nn().linear(x, false, w, null, Activation.NONE, y);
      assertEquals(1 + 1e-9, y.data().toDoubles()[0]);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TF32", "F16"})
  void whatItDoesNotRoundToIsRefused(ProductRounding rounding) {
    assertThrows(InputException.class, () -> open(rounding));
  }
}
