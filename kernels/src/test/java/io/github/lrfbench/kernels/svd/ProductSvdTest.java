package io.github.lrfbench.kernels.svd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ProductSvdTest {
  String deviceId() {
    return "cpu";
  }

  /** A = [[1,2],[0,1],[3,-1],[1,1]], B = [[1,0,2],[-1,1,0]]. */
  @Test
  void workedExample() {
    try (Device device = Devices.open(deviceId(), new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      Matrix a = Matrix.of(scope.doubles(new double[] {1, 2, 0, 1, 3, -1, 1, 1}, 4, 2));
      Matrix b = Matrix.of(scope.doubles(new double[] {1, -1, 0, 1, 2, 0}, 3, 2));
      SvdFactors factors = ProductSvd.factor(scope, a, b, 2);
      assertArrayEquals(new double[] {7.536518, 3.492978}, factors.singularValues(), 1e-6);
      assertArrayEquals(
          new double[] {7.536518}, ProductSvd.factor(scope, a, b, 1).singularValues(), 1e-6);
    }
  }

  @Test
  void equalsTheDecompositionOfTheFormedProduct() {
    try (Device device = Devices.open(deviceId(), new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      for (int[] s : new int[][] {{9, 7, 4, 2}, {5, 20, 5, 5}, {1, 1, 1, 1}, {30, 6, 3, 1}}) {
        SplittableRandom random = new SplittableRandom(s[0]);
        Matrix u =
            Matrix.of(
                scope.doubles(
                    random.doubles((long) s[0] * s[2]).map(x -> x - 0.5).toArray(), s[0], s[2]));
        Matrix v =
            Matrix.of(
                scope.doubles(
                    random.doubles((long) s[1] * s[2]).map(x -> x - 0.5).toArray(), s[1], s[2]));
        Matrix product = Matrix.of(scope.allocate(DType.F64, s[0], s[1]));
        device.blas().gemm(false, true, 1, u, v, 0, product);
        SvdFactors expected =
            new TruncatedSvd(device, SvdOptions.of(SvdAlgorithm.EXACT))
                .factor(scope, product, s[3]);
        SvdFactors actual = ProductSvd.factor(scope, u, v, s[3]);
        assertArrayEquals(expected.singularValues(), actual.singularValues(), 1e-12);
        assertArrayEquals(multiplied(expected, scope), multiplied(actual, scope), 1e-12);
      }
    }
  }

  private static double[] multiplied(SvdFactors factors, Scope scope) {
    Matrix product = Matrix.of(scope.allocate(DType.F64, factors.rows(), factors.cols()));
    factors.split(scope, SigmaSplit.BOTH).multiply(product);
    return product.data().toDoubles();
  }
}
