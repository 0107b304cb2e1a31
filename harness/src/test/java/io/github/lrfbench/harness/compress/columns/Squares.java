package io.github.lrfbench.harness.compress.columns;

import io.github.lrfbench.harness.compress.structure.Slow;
import java.util.SplittableRandom;

/** Least squares by its definition, in double precision. */
final class Squares {
  private Squares() {}

  /** What brings a x closest to b, a having full column rank. */
  static double[][] fit(double[][] a, double[][] b) {
    double[][] at = Slow.transpose(a);
    return Slow.solve(Slow.product(at, a), Slow.product(at, b));
  }

  /** ‖a − b‖². */
  static double of(double[][] a, double[][] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        sum += (a[i][j] - b[i][j]) * (a[i][j] - b[i][j]);
      }
    }
    return sum;
  }

  static double of(double[][] a) {
    return of(a, new double[a.length][a[0].length]);
  }

  /** Numbers that single precision holds exactly. */
  static double[][] random(int rows, int cols, double size, SplittableRandom random) {
    double[][] matrix = new double[rows][cols];
    for (double[] row : matrix) {
      for (int j = 0; j < cols; j++) {
        row[j] = (float) (size * random.nextGaussian());
      }
    }
    return matrix;
  }
}
