package io.github.lrfbench.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.ProductRounding;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layers whose factors are rounded to 8 bits, beside the same on the CPU. */
@Tag("cuda")
class Int8LinearTest {
  private static Device open(String kind) {
    return Devices.open(kind, new DeviceOptions(1, ProductRounding.INT8), line -> {});
  }

  private static float[] random(int seed, int count, double scale) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return values;
  }

  /** A layer of [inner, cols], or [cols, inner] transposed, with a bias. */
  private static float[] linear(
      String kind, int rows, int inner, int cols, boolean trans, float[] x, float[] w) {
    try (Device device = open(kind);
        Scope scope = device.openScope()) {
      Matrix y = Matrix.of(scope.allocate(DType.F32, rows, cols));
      Matrix weights =
          Matrix.of(trans ? scope.floats(w, cols, inner) : scope.floats(w, inner, cols));
      Tensor bias = scope.floats(random(3, cols, 1), cols);
      Matrix input = Matrix.of(scope.floats(x, rows, inner));
      device.nn().linear(input, trans, weights, bias, Activation.NONE, y);
      return y.data().toFloats();
    }
  }

  private static void check(int rows, int inner, int cols, float[] x, float[] w) {
    for (boolean trans : new boolean[] {false, true}) {
      float[] wanted = linear("cpu", rows, inner, cols, trans, x, w);
      float[] got = linear("cuda", rows, inner, cols, trans, x, w);
      float largest = 1;
      for (float value : wanted) {
        largest = Float.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
      }
      assertArrayEquals(wanted, got, 1e-6f * largest, rows + " " + inner + " " + cols + trans);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "3, 5, 2", "65, 33, 67", "2, 300, 17", "1, 64, 130"})
  void productsAreThoseOfTheCpu(int rows, int inner, int cols) {
    check(rows, inner, cols, random(1, rows * inner, 1), random(2, inner * cols, 0.05));
  }

  @ParameterizedTest
  @CsvSource({"1e30, 1e-30", "1e-30, 1e30", "1e-37, 1", "1, 1e-37", "1, 0"})
  void veryLargeAndVerySmallNumbers(double scaleX, double scaleW) {
    check(5, 40, 9, random(1, 5 * 40, scaleX), random(2, 40 * 9, scaleW));
  }

  @Test
  void whatIsNoNumberStaysInItsRowOrItsOutput() {
    float[] x = random(1, 4 * 6, 1);
    float[] w = random(2, 6 * 6, 1);
    x[7] = Float.NaN;
    x[14] = Float.POSITIVE_INFINITY;
    w[8] = Float.NaN;
    check(4, 6, 6, x, w);
  }

  @Test
  void emptyLayersGiveTheBias() {
    assertArrayEquals(
        random(3, 2, 1), linear("cuda", 1, 0, 2, true, new float[0], new float[0]), 0);
    assertEquals(0, linear("cuda", 0, 3, 2, true, new float[0], new float[6]).length);
  }

  /** The graph keeps rounded weights, be they two factors, and rounds those that the work makes. */
  @Test
  void capturedWorkSeesNewInputs() {
    try (Device device = open("cuda");
        Scope scope = device.openScope()) {
      Matrix x = Matrix.of(scope.floats(random(1, 7 * 30, 1), 7, 30));
      Matrix down = Matrix.of(scope.floats(random(2, 30 * 5, 1), 30, 5));
      Matrix up = Matrix.of(scope.floats(random(3, 5 * 9, 1), 5, 9));
      Matrix square = Matrix.of(scope.floats(random(4, 9 * 9, 1), 9, 9));
      Matrix y = Matrix.of(scope.allocate(DType.F32, 7, 9));
      Runnable work =
          () -> {
            try (Scope own = device.openScope()) {
              Matrix middle = Matrix.of(own.allocate(DType.F32, 7, 9));
              device.nn().lowRank(x, down, up, null, Activation.NONE, middle);
              // Made in each run, of what the middle holds then, in the memory of the other.
              for (int i = 0; i < 2; i++) {
                try (Scope inner = device.openScope()) {
                  Matrix made = Matrix.of(inner.allocate(DType.F32, 9, 9));
                  device.blas().copy(square, made);
                  device.nn().add(middle.rows(i, i + 1), made.rows(0, 1));
                  device.nn().linear(middle, i == 0, made, null, Activation.NONE, y);
                  device.blas().copy(y, middle);
                }
              }
            }
          };
      long before = device.memory().currentBytes();
      try (CapturedGraph graph = device.capture(work)) {
        assertTrue(graph.isCaptured());
        assertTrue(device.memory().currentBytes() > before);
        for (int seed : new int[] {5, 6}) {
          x.data().write(0, random(seed, 7 * 30, seed), 0, 7 * 30);
          graph.replay();
          float[] replayed = y.data().toFloats();
          work.run();
          assertArrayEquals(y.data().toFloats(), replayed);
        }
      }
      assertEquals(before, device.memory().currentBytes());
    }
  }

  @Test
  void workInFullIsNotRounded() {
    try (Device device = open("cuda");
        Scope scope = device.openScope()) {
      assertEquals(ProductRounding.INT8, device.rounding());
      Matrix x = Matrix.of(scope.floats(new float[] {1, 0.001f}, 1, 2));
      Matrix w = Matrix.of(scope.floats(new float[] {0, 1}, 2, 1));
      Matrix y = Matrix.of(scope.allocate(DType.F32, 1, 1));
      device.nn().linear(x, false, w, null, Activation.NONE, y);
      assertEquals(0, y.data().toFloats()[0]);
      device.inFull(
          () -> {
            device.nn().linear(x, false, w, null, Activation.NONE, y);
            return y;
          });
      assertEquals(0.001f, y.data().toFloats()[0]);
      Matrix gradient = Matrix.of(scope.allocate(DType.F32, 1, 1));
      device.gradients().gemm(false, false, 1, x, w, 0, gradient);
      assertEquals(0.001f, gradient.data().toFloats()[0]);
    }
  }
}
