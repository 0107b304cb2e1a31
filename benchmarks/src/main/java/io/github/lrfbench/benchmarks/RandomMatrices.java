package io.github.lrfbench.benchmarks;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.Random;

/** Inputs for benchmarks. */
public final class RandomMatrices {
  private RandomMatrices() {}

  /** An F32 matrix of independent standard normal numbers; {@code shape} is like 3072x768. */
  public static Matrix gaussian(Scope scope, String shape, long seed) {
    int cross = shape.indexOf('x');
    int rows = Integer.parseInt(shape.substring(0, cross));
    int cols = Integer.parseInt(shape.substring(cross + 1));
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
