package io.github.lrfbench.kernels.svd;

import io.github.lrfbench.kernels.Matrix;
import java.util.SplittableRandom;

/**
 * Standard normal numbers: uniform ones of {@link SplittableRandom} by the transform of Box and
 * Muller (1958), with {@link StrictMath}, so that a seed means the same numbers on every machine.
 */
final class GaussianSource {
  private final SplittableRandom random;

  GaussianSource(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Fills a matrix row by row. */
  void fill(Matrix target) {
    double[] row = new double[target.cols() + 1];
    for (int i = 0; i < target.rows(); i++) {
      for (int j = 0; j < target.cols(); j += 2) {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
        double angle = 2 * Math.PI * random.nextDouble();
        row[j] = radius * StrictMath.cos(angle);
        row[j + 1] = radius * StrictMath.sin(angle);
      }
      target.data().write(target.offset() + (long) i * target.stride(), row, 0, target.cols());
    }
  }
}
