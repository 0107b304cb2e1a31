package io.github.lrfbench.harness.statistics;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.ContinuousDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;
import org.apache.commons.statistics.inference.BinomialTest;

/** Means, variances, tests of differences, and their correction where there are several. */
public final class Statistics {
  private Statistics() {}

  /** NaN of none. */
  public static double mean(Collection<Double> values) {
    return values.stream().mapToDouble(value -> value).average().orElse(Double.NaN);
  }

  /** Of one of them, by n - 1; 0 for fewer than two. */
  public static double variance(Collection<Double> values) {
    double mean = mean(values);
    double squares = values.stream().mapToDouble(value -> (value - mean) * (value - mean)).sum();
    return values.size() < 2 ? 0 : squares / (values.size() - 1);
  }

  /**
   * The two-sided p-value of a difference.
   *
   * @param error its standard error; at 0 a difference is certain
   * @param freedom of the error's estimate, infinite where it is known
   * @return NaN where the error is
   */
  public static double pValue(double difference, double error, double freedom) {
    if (Double.isNaN(error) || Double.isNaN(difference)) {
      return Double.NaN;
    }
    if (error == 0) {
      return difference == 0 ? 1 : 0;
    }
    return 2 * standard(freedom).survivalProbability(Math.abs(difference) / error);
  }

  /** How many standard errors an interval of a level reaches to either side. */
  public static double reach(double level, double freedom) {
    return standard(freedom).inverseSurvivalProbability((1 - level) / 2);
  }

  private static ContinuousDistribution standard(double freedom) {
    return Double.isInfinite(freedom) ? NormalDistribution.of(0, 1) : TDistribution.of(freedom);
  }

  /**
   * McNemar's exact test (McNemar 1947, "Note on the sampling error of the difference between
   * correlated proportions or percentages"): of the examples that one of two models alone has
   * right, each is as likely the one's as the other's.
   *
   * @return the two-sided p-value, 1 where there are none
   */
  public static double mcNemar(int onlyFirst, int onlySecond) {
    int discordant = onlyFirst + onlySecond;
    return discordant == 0
        ? 1
        : BinomialTest.withDefaults().test(discordant, onlyFirst, 0.5).getPValue();
  }

  /**
   * Holm's correction (Holm 1979, "A simple sequentially rejective multiple test procedure"): the
   * chance that any of the hypotheses that are true is rejected stays below the level.
   *
   * @param pValues not modified; one that is NaN is of no test
   * @return the corrected ones in their order
   */
  public static double[] holm(double[] pValues) {
    double[] corrected = new double[pValues.length];
    Arrays.fill(corrected, Double.NaN);
    int[] order =
        IntStream.range(0, pValues.length)
            .filter(i -> !Double.isNaN(pValues[i]))
            .boxed()
            .sorted(Comparator.comparingDouble(i -> pValues[i]))
            .mapToInt(i -> i)
            .toArray();
    double largest = 0;
    for (int i = 0; i < order.length; i++) {
      largest = Math.max(largest, Math.min(1, (order.length - i) * pValues[order[i]]));
      corrected[order[i]] = largest;
    }
    return corrected;
  }
}
