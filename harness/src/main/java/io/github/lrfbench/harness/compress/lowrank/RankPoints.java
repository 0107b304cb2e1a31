package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.kernels.lowrank.LowRankCost;
import io.github.lrfbench.kernels.svd.Spectrum;
import java.util.Arrays;
import java.util.List;

/** The ranks of a matrix as points: point i is rank i + 1, stored as two factors in F32. */
public final class RankPoints {
  private RankPoints() {}

  /** Of a matrix [rows, cols]; errors are not known. */
  public static OperatingPoints of(int rows, int cols) {
    Point[] points = new Point[Math.min(rows, cols)];
    Arrays.setAll(points, i -> point(rows, cols, i + 1));
    return new OperatingPoints(rows, cols, Double.NaN, List.of(points));
  }

  private static Point point(int rows, int cols, int rank) {
    long numbers = new LowRankCost(rows, cols, rank).parameters();
    return new Point(numbers, OperatingPoints.DENSE_BITS * numbers, Double.NaN, rank, "r=" + rank);
  }

  /** The same with errors, where all singular values are known. */
  static OperatingPoints of(int rows, int cols, Spectrum spectrum) {
    return spectrum.known() < Math.min(rows, cols)
        ? of(rows, cols)
        : of(rows, cols, spectrum.values());
  }

  /**
   * The same with errors.
   *
   * @param values all min(m, n) singular values, in descending order
   */
  public static OperatingPoints of(int rows, int cols, double[] values) {
    double[] errors = new double[values.length];
    for (int i = values.length - 1; i > 0; i--) {
      errors[i - 1] = errors[i] + values[i] * values[i];
    }
    return of(rows, cols).withErrors(errors[0] + values[0] * values[0], errors);
  }

  /** The rank of a point. */
  public static int rank(int point) {
    return point + 1;
  }
}
