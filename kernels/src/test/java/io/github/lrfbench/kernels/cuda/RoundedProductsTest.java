package io.github.lrfbench.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.ProductRounding;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.host.HalfFloats;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** F32 products of networks whose factors may be rounded to 16 bits, and those that may not. */
@Tag("cuda")
class RoundedProductsTest {
  private static final int SIZE = 64;

  private static double round(ProductRounding rounding, float x) {
    return switch (rounding) {
      case F16 -> HalfFloats.fromF16(HalfFloats.toF16(x));
      case BF16 -> HalfFloats.fromBf16(HalfFloats.toBf16(x));
      case TF32, INT8 -> throw new IllegalArgumentException("no rounding of single numbers");
      case NONE -> x;
    };
  }

  private static float[] factors(int seed) {
    float[] values = new float[SIZE * SIZE];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(seed + 0.7 * i) + 1e-3f * seed;
    }
    return values;
  }

  /** cᵀ = Σ of products of rounded factors, in double precision. */
  private static double expected(ProductRounding rounding, float[] a, float[] b, int i, int j) {
    double sum = 0;
    for (int k = 0; k < SIZE; k++) {
      sum += round(rounding, a[k * SIZE + i]) * round(rounding, b[k * SIZE + j]);
    }
    return sum;
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "F16", "BF16"})
  void backwardProductsRoundTheirFactorsAndSumInFull(ProductRounding rounding) {
    DeviceOptions options = new DeviceOptions(1, rounding);
    try (Device device = Devices.open("cuda", options, line -> {});
        Scope scope = device.openScope()) {
      assertEquals(rounding, device.rounding());
      float[] a = factors(1);
      float[] b = factors(2);
      Matrix c = Matrix.of(scope.zeros(DType.F32, SIZE, SIZE));
      device
          .gradients()
          .gemm(
              true,
              false,
              1,
              Matrix.of(scope.floats(a, SIZE, SIZE)),
              Matrix.of(scope.floats(b, SIZE, SIZE)),
              1,
              c);
      float[] found = c.data().toFloats();
      for (int i = 0; i < SIZE; i++) {
        for (int j = 0; j < SIZE; j++) {
          assertEquals(expected(rounding, a, b, i, j), found[i * SIZE + j], 1e-4);
        }
      }
    }
  }

  @Test
  void productsOfBlasStayExact() {
    DeviceOptions options = new DeviceOptions(1, ProductRounding.BF16);
    try (Device device = Devices.open("cuda", options, line -> {});
        Scope scope = device.openScope()) {
      Matrix a = Matrix.of(scope.floats(new float[] {1.001f}, 1, 1));
      Matrix exact = Matrix.of(scope.zeros(DType.F32, 1, 1));
      Matrix rounded = Matrix.of(scope.zeros(DType.F32, 1, 1));
      device.blas().gemm(false, false, 1, a, a, 0, exact);
      device.gradients().gemm(false, false, 1, a, a, 0, rounded);
      assertEquals(1.002001, exact.data().toFloats()[0], 1e-6);
      // The library may round, but need not.
      assertEquals(1.002001, rounded.data().toFloats()[0], 0x1p-7);
    }
  }
}
