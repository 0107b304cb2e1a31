package io.github.lrfbench.harness.kernelsuite;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.Random;

/** Gaussian matrices: their flat spectrum is the hardest case for a truncated SVD. */
public final class RandomMatrices {
  private RandomMatrices() {}

  /** A matrix of standard normal numbers, rounded to a type, [rows, cols]. */
  public static Matrix gaussian(Scope scope, int rows, int cols, long seed, DType dtype) {
    if (dtype == DType.F32) {
      return gaussian(scope, rows, cols, seed);
    }
    Matrix rounded = Matrix.of(scope.allocate(dtype, rows, cols));
    try (Scope scratch = scope.device().openScope()) {
      scope.device().blas().copy(gaussian(scratch, rows, cols, seed), rounded);
    }
    return rounded;
  }

  /** A matrix of standard normal numbers, F32 [rows, cols]. */
  public static Matrix gaussian(Scope scope, int rows, int cols, long seed) {
    Tensor tensor = scope.allocate(DType.F32, rows, cols);
    Random random = new Random(seed);
    float[] row = new float[cols];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        row[j] = (float) random.nextGaussian();
      }
      tensor.write((long) i * cols, row, 0, cols);
    }
    return Matrix.of(tensor);
  }
}
