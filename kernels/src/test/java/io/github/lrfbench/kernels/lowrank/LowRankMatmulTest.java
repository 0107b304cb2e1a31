package io.github.lrfbench.kernels.lowrank;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LowRankMatmulTest {
  private Device device;
  private Scope scope;

  @BeforeEach
  void open() {
    device = Devices.open("cpu", new DeviceOptions(2), line -> {});
    scope = device.openScope();
  }

  @AfterEach
  void close() {
    scope.close();
    device.close();
  }

  private static float[] random(int count, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private LowRankFactors factors(float[] down, int n, int r, float[] up, int m) {
    return new LowRankFactors(
        Matrix.of(scope.floats(down, n, r)), Matrix.of(scope.floats(up, r, m)));
  }

  /** y = relu((x V) Uᵀ + b) one output at a time. */
  private static float[] reference(
      float[] x, float[] up, float[] down, float[] bias, int rows, int m, int n, int r) {
    float[] y = new float[rows * m];
    for (int t = 0; t < rows; t++) {
      for (int o = 0; o < m; o++) {
        double sum = bias == null ? 0 : bias[o];
        for (int k = 0; k < r; k++) {
          double middle = 0;
          for (int i = 0; i < n; i++) {
            middle += (double) x[t * n + i] * down[i * r + k];
          }
          sum += middle * up[k * m + o];
        }
        y[t * m + o] = (float) Math.max(0, sum);
      }
    }
    return y;
  }

  @ParameterizedTest
  @CsvSource({
    "1,1,1,1",
    "1,5,3,2",
    "7,33,17,8",
    "64,48,96,16",
    "3,2,9,4",
    "0,4,5,2",
    "130,70,90,33"
  })
  void equalsTheReference(int rows, int m, int n, int r) {
    float[] x = random(rows * n, 1);
    float[] up = random(m * r, 2);
    float[] down = random(r * n, 3);
    float[] bias = random(m, 4);
    Tensor biasTensor = scope.floats(bias, m);
    LowRankFactors factors = factors(down, n, r, up, m);
    Matrix input = Matrix.of(scope.floats(x, rows, n));
    Tensor y = scope.allocate(DType.F32, rows, m);
    new LowRankMatmul(factors, biasTensor).apply(input, Activation.RELU, Matrix.of(y));
    float[] expected = reference(x, up, down, bias, rows, m, n, r);
    assertArrayEquals(expected, y.toFloats(), 1e-4f * n);
    new LowRankMatmul(factors, null).apply(input, Activation.RELU, Matrix.of(y));
    assertArrayEquals(reference(x, up, down, null, rows, m, n, r), y.toFloats(), 1e-4f * n);
    assertArrayEquals(x, input.data().toFloats());
  }

  @Test
  void writesASliceOfColumns() {
    LowRankFactors factors = factors(random(8, 2), 4, 2, random(6, 1), 3);
    Tensor x = scope.floats(random(20, 3), 5, 4);
    Tensor wide = scope.zeros(DType.F32, 5, 9);
    Tensor narrow = scope.allocate(DType.F32, 5, 3);
    LowRankMatmul matmul = new LowRankMatmul(factors, null);
    matmul.apply(Matrix.of(x), Activation.NONE, Matrix.of(wide).columns(2, 5));
    matmul.apply(Matrix.of(x), Activation.NONE, Matrix.of(narrow));
    float[] all = wide.toFloats();
    float[] part = narrow.toFloats();
    for (int t = 0; t < 5; t++) {
      for (int j = 0; j < 9; j++) {
        assertEquals(j >= 2 && j < 5 ? part[3 * t + j - 2] : 0, all[9 * t + j], 1e-6f);
      }
    }
  }

  @Test
  void factorsMultiplyToTheMatrix() {
    LowRankFactors factors = factors(new float[] {5, 7}, 2, 1, new float[] {1, 2, 3}, 3);
    Tensor w = scope.allocate(DType.F32, 3, 2);
    factors.multiply(Matrix.of(w));
    assertArrayEquals(new float[] {5, 7, 10, 14, 15, 21}, w.toFloats());
  }

  @Test
  void partsThatDoNotFitAreRefused() {
    Matrix up = Matrix.of(scope.zeros(DType.F32, 2, 3));
    Matrix down = Matrix.of(scope.zeros(DType.F32, 4, 2));
    Tensor bias = scope.zeros(DType.F32, 4);
    LowRankFactors factors = new LowRankFactors(down, up);
    assertThrows(IllegalArgumentException.class, () -> new LowRankFactors(up, down));
    assertThrows(IllegalArgumentException.class, () -> new LowRankMatmul(factors, bias));
    Matrix doubles = Matrix.of(scope.zeros(DType.F64, 4, 2));
    assertThrows(IllegalArgumentException.class, () -> new LowRankFactors(doubles, up));
  }
}
