package io.github.lrfbench.harness.measure;

import java.util.Arrays;

/** Percentiles by linear interpolation between order statistics, as NumPy's default. */
public final class Percentiles {
  private Percentiles() {}

  /**
   * The percentile of sorted numbers: with h = (n - 1) q / 100, the value between the numbers of
   * index ⌊h⌋ and ⌊h⌋ + 1 (definition 7 of Hyndman and Fan 1996).
   *
   * @param sorted ascending, not empty
   * @param q in [0, 100]
   */
  static double of(double[] sorted, double q) {
    double position = (sorted.length - 1) * q / 100;
    int below = (int) Math.floor(position);
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }

  /** The median of numbers in any order, not modified. */
  public static double median(long[] numbers) {
    return of(Arrays.stream(numbers).asDoubleStream().sorted().toArray(), 50);
  }
}
