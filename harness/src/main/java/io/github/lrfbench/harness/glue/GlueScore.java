package io.github.lrfbench.harness.glue;

import io.github.lrfbench.harness.glue.metric.GlueMetric;

/**
 * How well a model did on labelled examples. A value that does not apply to the task is NaN.
 *
 * @param kind which metric GLUE reports
 * @param metric its value; where GLUE reports two, their mean
 * @param standardError the metric's bootstrap standard error; NaN for fewer than two examples
 * @param accuracy fraction of right classes
 * @param f1 F1 of class 1, for two classes
 * @param mcc Matthews correlation coefficient
 * @param pearson Pearson's correlation of scores; 0 if the model gives one score to all, NaN if the
 *     labels are all equal
 * @param spearman Spearman's correlation of scores, with the same exceptions
 * @param loss mean cross entropy in natural logarithms, or mean squared error
 * @param examples how many examples
 * @param collapsed whether the model predicts one class (or one score, but for float32 rounding)
 *     for all of several examples
 */
public record GlueScore(
    GlueMetric kind,
    double metric,
    double standardError,
    double accuracy,
    double f1,
    double mcc,
    double pearson,
    double spearman,
    double loss,
    int examples,
    boolean collapsed) {
  /** One-sided, chance goes below it in one of a thousand cases. */
  private static final double LOWEST_BY_CHANCE = -3.09;

  /**
   * Whether two classes are told apart, but the wrong way round: their correlation is further below
   * 0 than chance alone explains.
   */
  public boolean belowChance() {
    return !Double.isNaN(f1) && mcc * Math.sqrt(examples) < LOWEST_BY_CHANCE;
  }

  /** The name of the metric in results. */
  public String metricName() {
    return kind.id();
  }
}
