package io.github.lrfbench.harness.measure;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * A 95 % confidence interval of a quantity above 0, as wide on either side by factors.
 *
 * @param low its lower end
 * @param high its upper end
 */
public record Interval(double low, double high) {
  /** The level of all intervals here. */
  public static final double LEVEL = 0.95;

  /** Of what nothing is known. */
  public static final Interval UNKNOWN = new Interval(Double.NaN, Double.NaN);

  /**
   * The interval of an estimate from all of some data, by what the sections of the data give:
   * sectioning, section III.5a of Asmussen and Glynn, Stochastic Simulation, 2007, in logarithms.
   * Unlike the mean of the sections it belongs to the estimate, and is wider where the two differ.
   *
   * @param estimate from all data
   * @param sections the same quantity from each section
   * @return unknown if there are fewer than two
   */
  public static Interval ofSections(double estimate, double... sections) {
    int n = sections.length;
    if (n < 2) {
      return UNKNOWN;
    }
    double squares =
        Arrays.stream(sections).map(s -> Math.log(s / estimate)).map(log -> log * log).sum();
    double reach = Math.exp(quantile(n) * Math.sqrt(squares / n / (n - 1)));
    return new Interval(estimate / reach, estimate * reach);
  }

  /** Whether it has two ends. */
  public boolean isFinite() {
    return low > 0 && high < Double.POSITIVE_INFINITY;
  }

  /** How far the interval reaches above its middle, as a fraction of that. */
  double reach() {
    return Math.sqrt(high / low) - 1;
  }

  /**
   * The standard error of the logarithm that an interval was made of.
   *
   * @param sections how many it came from
   */
  public double logError(long sections) {
    return Math.log(high / low) / (2 * quantile(sections));
  }

  private static double quantile(long sections) {
    return TDistribution.of(sections - 1.0).inverseCumulativeProbability((1 + LEVEL) / 2);
  }
}
