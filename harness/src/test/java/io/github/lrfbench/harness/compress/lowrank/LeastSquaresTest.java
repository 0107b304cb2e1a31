package io.github.lrfbench.harness.compress.lowrank;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.InputMoments;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LeastSquaresTest {
  /** At the optimum the residual (W − A B) C Bᵀ vanishes: no left factor does better. */
  @Test
  void theResidualIsOrthogonalToTheMiddle() {
    SplittableRandom random = new SplittableRandom(4);
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      float[] w = new float[5 * 7];
      for (int i = 0; i < w.length; i++) {
        w[i] = (float) random.nextGaussian();
      }
      double[][] x = new double[7][20];
      for (double[] row : x) {
        for (int t = 0; t < row.length; t++) {
          row[t] = random.nextGaussian() + 1;
        }
      }
      MatrixCase matrix = MatrixCase.of(scope, w, 5, 7);
      try (ActivationMoments moments = InputMoments.of("w", x, scope)) {
        Matrix gram = moments.of("w").gram();
        LowRankFactors start = matrix.decompose("svd", 3).cut(3, scope).factors();
        LowRankFactors fitted = LeastSquares.refitUp(matrix.slot(), start, gram, scope);
        double before = residual(matrix, start, gram, scope);
        double after = residual(matrix, fitted, gram, scope);
        assertTrue(after < 1e-10 && before > 1, before + ", " + after);
      }
    }
  }

  private static double residual(
      MatrixCase matrix, LowRankFactors factors, Matrix gram, Scope scope) {
    Matrix down = Matrices.toDouble(factors.down(), scope);
    Matrix up = Matrices.toDouble(factors.up(), scope);
    Matrix difference = Matrices.toDouble(SlotMatrix.of(matrix.slot(), scope), scope);
    scope.device().blas().gemm(true, true, -1, up, down, 1, difference);
    Matrix images = Matrices.product(false, difference, false, gram, scope);
    return Math.sqrt(
        scope.device().blas().squaredNorm(Matrices.product(false, images, false, down, scope)));
  }
}
