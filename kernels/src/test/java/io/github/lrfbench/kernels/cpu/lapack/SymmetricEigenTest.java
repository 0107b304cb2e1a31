package io.github.lrfbench.kernels.cpu.lapack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class SymmetricEigenTest {
  /** A symmetric [n, n] with the given eigenvalues: a diagonal under random reflections. */
  private static double[] symmetric(double[] eigenvalues, long seed) {
    int n = eigenvalues.length;
    double[] a = new double[n * n];
    for (int i = 0; i < n; i++) {
      a[i * n + i] = eigenvalues[i];
    }
    Random random = new Random(seed);
    for (int pass = 0; pass < 3; pass++) {
      double[] v = random.doubles(n, -1, 1).toArray();
      double norm = Math.sqrt(Arrays.stream(v).map(x -> x * x).sum());
      reflect(a, n, Arrays.stream(v).map(x -> x / norm).toArray());
    }
    return a;
  }

  /** a = (I - 2 v vᵀ) a (I - 2 v vᵀ). */
  private static void reflect(double[] a, int n, double[] v) {
    double[] product = new double[n];
    double inner = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        product[i] += a[i * n + j] * v[j];
      }
      inner += product[i] * v[i];
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        a[i * n + j] += 4 * inner * v[i] * v[j] - 2 * (v[i] * product[j] + product[i] * v[j]);
      }
    }
  }

  private static void check(Device device, DType dtype, double[] descending, int count) {
    int n = descending.length;
    double[] a = symmetric(descending, 7);
    double scale = Math.max(Math.abs(descending[0]), Math.abs(descending[n - 1]));
    double tolerance = (dtype == DType.F64 ? 1e-13 : 1e-5) * n * Math.max(scale, 1e-30);
    try (Scope scope = device.openScope()) {
      Matrix matrix = Matrix.of(scope.allocate(dtype, n, n));
      matrix.data().write(0, a, 0, a.length);
      Tensor values = scope.allocate(dtype, count);
      Matrix vectors = Matrix.of(scope.allocate(dtype, count, n));
      device.lapack().largestEigenpairs(matrix, count, values, vectors);
      double[] z = vectors.data().toDoubles();
      double[] found = values.toDoubles();
      for (int j = 0; j < count; j++) {
        assertEquals(descending[j], found[j], tolerance, "eigenvalue " + j);
        for (int k = 0; k <= j; k++) {
          double dot = 0;
          for (int i = 0; i < n; i++) {
            dot += z[j * n + i] * z[k * n + i];
          }
          assertEquals(j == k ? 1 : 0, dot, dtype == DType.F64 ? 1e-10 : 1e-5);
        }
        for (int i = 0; i < n; i++) {
          double residual = -found[j] * z[j * n + i];
          for (int k = 0; k < n; k++) {
            residual += a[i * n + k] * z[j * n + k];
          }
          assertEquals(0, residual, tolerance, "residual of pair " + j);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.INCLUDE,
      names = {"F32", "F64"})
  void spectraOfManyKindsAreFound(DType dtype) {
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {})) {
      check(device, dtype, new double[] {3}, 1);
      check(device, dtype, new double[] {3, -4}, 2);
      check(device, dtype, descending(77, i -> 100 - i), 30);
      check(device, dtype, descending(77, i -> Math.pow(0.7, i)), 77);
      check(device, dtype, descending(60, i -> i < 25 ? 2 : 1), 40);
      check(device, dtype, descending(60, i -> i < 10 ? 10 - i : 0), 30);
      check(device, dtype, descending(60, i -> 1), 20);
      check(device, dtype, descending(60, i -> 0), 5);
      check(device, dtype, descending(60, i -> 5 - i + (i % 2) * (1 - 1e-9)), 60);
      check(device, dtype, descending(60, i -> -i), 60);
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.INCLUDE,
      names = {"F32", "F64"})
  void diagonalAndBlockMatricesAreFound(DType dtype) {
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      double[] blocks = new double[36];
      for (int i = 0; i < 6; i++) {
        blocks[7 * i] = 2;
        blocks[6 * i + (i ^ 1)] = 1;
      }
      Matrix matrix = Matrix.of(scope.allocate(dtype, 6, 6));
      matrix.data().write(0, blocks, 0, 36);
      Tensor values = scope.allocate(dtype, 4);
      device.lapack().largestEigenpairs(matrix, 4, values, Matrix.of(scope.allocate(dtype, 4, 6)));
      double[] found = values.toDoubles();
      assertEquals(3, found[0], 1e-6);
      assertEquals(3, found[2], 1e-6);
      assertEquals(1, found[3], 1e-6);
    }
  }

  @Test
  void invalidNumbersAreArithmeticErrors() {
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      Matrix matrix = Matrix.of(scope.doubles(new double[] {1, Double.NaN, Double.NaN, 1}, 2, 2));
      Tensor values = scope.allocate(DType.F64, 1);
      Matrix vectors = Matrix.of(scope.allocate(DType.F64, 1, 2));
      assertThrows(
          ArithmeticException.class,
          () -> device.lapack().largestEigenpairs(matrix, 1, values, vectors));
    }
  }

  private static double[] descending(int n, IntToDoubleFunction value) {
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = -value.applyAsDouble(i);
    }
    Arrays.sort(values);
    return Arrays.stream(values).map(x -> -x).toArray();
  }
}
