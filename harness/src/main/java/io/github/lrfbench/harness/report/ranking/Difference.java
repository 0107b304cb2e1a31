package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.statistics.Statistics;

/**
 * How much better one contender is than another.
 *
 * @param gain above 0 if it is better, whichever way the metric counts
 * @param variance the squared standard error of the gain; NaN where it is not known
 * @param freedom of the variance's estimate, infinite where seeds add nothing to it
 * @param pValue two-sided; NaN where nothing was tested
 * @param test what was
 */
record Difference(double gain, double variance, double freedom, double pValue, Test test) {
  /** How a difference is tested. */
  enum Test {
    NONE("none"),
    UNPAIRED("unpaired"),
    BOOTSTRAP("paired bootstrap"),
    MCNEMAR("McNemar");

    private final String label;

    Test(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  /** One that is tested by its standard error. */
  static Difference of(double gain, double variance, double freedom, Test test) {
    double p = Statistics.pValue(gain, Math.sqrt(variance), freedom);
    return new Difference(gain, variance, freedom, p, Double.isNaN(p) ? Test.NONE : test);
  }

  /** Half the width of the interval of a level, NaN where none is known. */
  double reach(double level) {
    return Double.isNaN(variance)
        ? Double.NaN
        : Statistics.reach(level, freedom) * Math.sqrt(variance);
  }
}
