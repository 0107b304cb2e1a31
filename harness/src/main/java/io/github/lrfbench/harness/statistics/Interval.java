package io.github.lrfbench.harness.statistics;

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
   * The interval of an estimate from all of some data, by what the sections of the data give, in
   * logarithms: sectioning (Asmussen and Glynn, Stochastic Simulation, 2007, III.5a), whose
   * variance is about the estimate and not about the mean of the sections, with the winsorized
   * variance and the degrees of freedom of a trimmed t (Tukey and McLaughlin, Sankhya A 25, 1963).
   * So a fifth of the sections at either end, in which a machine did something else, does not spoil
   * the rest.
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
    double[] logs = Arrays.stream(sections).map(s -> Math.log(s / estimate)).sorted().toArray();
    int cut = cut(n);
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double log = logs[Math.min(Math.max(i, cut), n - 1 - cut)];
      squares += log * log;
    }
    double error = Math.sqrt(squares / n / (n - 1)) * n / (n - 2 * cut);
    double reach = Math.exp(quantile(n) * error);
    return new Interval(estimate / reach, estimate * reach);
  }

  /** Whether it has two ends. */
  public boolean isFinite() {
    return low > 0 && high < Double.POSITIVE_INFINITY;
  }

  /** How far the interval reaches above its middle, as a fraction of that. */
  public double reach() {
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

  /** Degrees of freedom of the interval of so many sections. */
  public static long degrees(long sections) {
    return sections - 2 * cut(sections) - 1;
  }

  private static double quantile(long sections) {
    return TDistribution.of(degrees(sections)).inverseCumulativeProbability((1 + LEVEL) / 2);
  }

  /** How many sections at either end count as the next one does. */
  private static int cut(long sections) {
    return (int) (sections / 5);
  }
}
