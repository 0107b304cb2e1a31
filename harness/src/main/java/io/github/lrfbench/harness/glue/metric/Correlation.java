package io.github.lrfbench.harness.glue.metric;

import java.util.Arrays;

/** Correlation of true and predicted scores. */
public final class Correlation {
  private Correlation() {}

  /**
   * Pearson's correlation, in two passes and scaled so that no square overflows.
   *
   * @param x scores [examples], not modified
   * @param y scores [examples], not modified
   * @return from -1 to 1; NaN where it is undefined: fewer than two examples, a constant argument,
   *     a value that is not finite
   * @throws IllegalArgumentException if there is no example or lengths differ
   */
  public static double pearson(double[] x, double[] y) {
    Arguments.requireSameLength(x.length, y.length);
    if (isConstant(x) || isConstant(y)) {
      return Double.NaN;
    }
    double[] a = direction(x);
    double[] b = direction(y);
    double product = 0;
    for (int i = 0; i < a.length; i++) {
      product += a[i] * b[i];
    }
    return Math.max(-1, Math.min(1, product));
  }

  /**
   * Spearman's correlation: Pearson's of the ranks, where ties share the mean of their ranks.
   *
   * @param x scores [examples], not modified
   * @param y scores [examples], not modified
   * @return from -1 to 1; NaN where it is undefined: fewer than two examples, a constant argument,
   *     a NaN
   * @throws IllegalArgumentException if there is no example or lengths differ
   */
  public static double spearman(double[] x, double[] y) {
    Arguments.requireSameLength(x.length, y.length);
    if (Arrays.stream(x).anyMatch(Double::isNaN) || Arrays.stream(y).anyMatch(Double::isNaN)) {
      return Double.NaN;
    }
    return pearson(Levels.of(x).ranks(), Levels.of(y).ranks());
  }

  private static boolean isConstant(double[] values) {
    for (double value : values) {
      if (value != values[0]) {
        return false;
      }
    }
    return true;
  }

  /** The values minus their mean, scaled to Euclidean length 1. */
  private static double[] direction(double[] values) {
    double mean = Arrays.stream(values).sum() / values.length;
    double[] centred = new double[values.length];
    double largest = 0;
    for (int i = 0; i < values.length; i++) {
      centred[i] = values[i] - mean;
      largest = Math.max(largest, Math.abs(centred[i]));
    }
    double squares = 0;
    for (double value : centred) {
      squares += (value / largest) * (value / largest);
    }
    double norm = largest * Math.sqrt(squares);
    for (int i = 0; i < centred.length; i++) {
      centred[i] /= norm;
    }
    return centred;
  }
}
