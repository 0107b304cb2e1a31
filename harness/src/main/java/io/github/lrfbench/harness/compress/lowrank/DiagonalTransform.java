package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;

/**
 * Every input counts by the square of its scale.
 *
 * @param scales [n], positive
 */
public record DiagonalTransform(double[] scales) implements InputTransform {
  /** Checks the scales. */
  public DiagonalTransform {
    if (Arrays.stream(scales).anyMatch(scale -> !(scale > 0 && scale < Double.MAX_VALUE))) {
      throw new IllegalArgumentException("scales must be positive and finite");
    }
  }

  @Override
  public Matrix multiply(Matrix w, Scope scope) {
    Matrix scaled = Matrices.toDouble(w, scope);
    scope.device().blas().scaleColumns(scaled, scales);
    return scaled;
  }

  @Override
  public void divide(Matrix v) {
    v.device().blas().scaleColumns(v, Arrays.stream(scales).map(scale -> 1 / scale).toArray());
  }

  @Override
  public double condition() {
    return Arrays.stream(scales).max().orElse(1) / Arrays.stream(scales).min().orElse(1);
  }
}
