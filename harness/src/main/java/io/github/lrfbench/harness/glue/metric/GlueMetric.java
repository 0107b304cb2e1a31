package io.github.lrfbench.harness.glue.metric;

/** What GLUE reports for a task; where it reports two values, the metric is their mean. */
public enum GlueMetric {
  /** Fraction of right predictions. */
  ACCURACY("accuracy"),
  /** Mean of accuracy and F1 of class 1. */
  ACCURACY_F1("accuracy_f1"),
  /** Matthews correlation coefficient. */
  MCC("mcc"),
  /** Mean of Pearson and Spearman correlation. */
  PEARSON_SPEARMAN("pearson_spearman");

  private final String id;

  GlueMetric(String id) {
    this.id = id;
  }

  /** The name in {@code metric_name} of results. */
  public String id() {
    return id;
  }

  /**
   * The metric's value.
   *
   * @throws IllegalArgumentException for the metric of a regression task
   */
  public double of(Confusion confusion) {
    return switch (this) {
      case ACCURACY -> confusion.accuracy();
      case ACCURACY_F1 -> (confusion.accuracy() + confusion.f1()) / 2;
      case MCC -> confusion.mcc();
      case PEARSON_SPEARMAN ->
          throw new IllegalArgumentException(id + " needs scores, not classes");
    };
  }
}
