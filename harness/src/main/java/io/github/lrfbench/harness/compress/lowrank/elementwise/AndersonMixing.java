package io.github.lrfbench.harness.compress.lowrank.elementwise;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * Anderson's acceleration of a fixed-point iteration x ← g(x) (Anderson 1965): the next point is
 * the mixture of the last g(x), weights summing to one, whose residuals g(x) − x, mixed alike, are
 * the smallest.
 */
final class AndersonMixing {
  private static final int DEPTH = 10;

  /** Part of the mean of the residuals' squares that keeps the mixture bounded. */
  private static final double RIDGE = 1e-10;

  private final Device device;
  private final int rows;
  private final int cols;
  private final Matrix residuals;
  private final Matrix images;
  private int seen;

  AndersonMixing(Scope scope, int rows, int cols) {
    this.device = scope.device();
    this.rows = rows;
    this.cols = cols;
    this.residuals = Matrix.of(scope.zeros(DType.F64, DEPTH, (long) rows * cols));
    this.images = Matrix.of(scope.zeros(DType.F64, DEPTH, (long) rows * cols));
  }

  /**
   * The next point.
   *
   * @param point x, contiguous [rows, cols]; receives the next
   * @param image g(x), contiguous [rows, cols]
   */
  void next(Matrix point, Matrix image) {
    int slot = seen++ % DEPTH;
    Matrix residual = reshaped(residuals, slot);
    device.blas().copy(image, residual);
    device.gradients().addScaled(-1, point, residual);
    device.blas().copy(image, reshaped(images, slot));
    int count = Math.min(seen, DEPTH);
    double[] weights;
    try (Scope scratch = device.openScope()) {
      Matrix gram = Matrix.of(scratch.allocate(DType.F64, count, count));
      device.blas().syrk(false, residuals.rows(0, count), gram);
      weights = weights(gram.data().toDoubles(), count);
    }
    device.gradients().clear(point);
    for (int i = 0; i < count; i++) {
      device.gradients().addScaled(weights[i], reshaped(images, i), point);
    }
  }

  private Matrix reshaped(Matrix history, int slot) {
    return new Matrix(history.data(), (long) slot * rows * cols, rows, cols, cols);
  }

  /** Solves (G + ridge) w = 1 and scales w to sum one, by elimination: G is tiny. */
  static double[] weights(double[] gram, int count) {
    double mean = 0;
    for (int i = 0; i < count; i++) {
      mean += gram[i * count + i] / count;
    }
    double[][] a = new double[count][count + 1];
    for (int i = 0; i < count; i++) {
      System.arraycopy(gram, i * count, a[i], 0, count);
      a[i][i] += RIDGE * mean + Double.MIN_NORMAL;
      a[i][count] = mean;
    }
    for (int k = 0; k < count; k++) {
      for (int i = 0; i < count; i++) {
        double factor = i == k ? 0 : a[i][k] / a[k][k];
        for (int j = k; j <= count && i != k; j++) {
          a[i][j] -= factor * a[k][j];
        }
      }
    }
    double[] weights = new double[count];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      weights[i] = a[i][count] / a[i][i];
      sum += weights[i];
    }
    for (int i = 0; i < count; i++) {
      weights[i] = sum > 0 ? weights[i] / sum : 1.0 / count;
    }
    return weights;
  }
}
