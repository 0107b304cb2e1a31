package io.github.lrfbench.harness.result;

/**
 * How well a model does on a task, and what it lost against the dense one. Columns of {@code
 * runs.csv}.
 */
public final class ScoreColumns {
  public static final Column<String> METRIC_NAME =
      Column.text(
          "metric_name",
          "Which metric the task is scored by; two that are averaged are joined by an "
              + "underscore.");

  public static final Column<Double> METRIC =
      Column.number(
          "metric", "", "The task's score; higher is better except for perplexity and loss.");

  public static final Column<Double> METRIC_STDERR =
      Column.number(
          "metric_stderr",
          "",
          "Bootstrap standard error of metric over examples: its standard deviation over 1000 resamples. Of"
              + " perplexity an example is a run of windows that scores a whole context. Empty for BLEU, and for"
              + " fewer than two examples.");

  public static final Column<Double> ACCURACY =
      Column.number("accuracy", "", "Fraction of correct predictions.");

  public static final Column<Double> F1 = Column.number("f1", "", "F1 of the positive class.");

  public static final Column<Double> MCC =
      Column.number("mcc", "", "Matthews correlation coefficient.");

  public static final Column<Double> PEARSON =
      Column.number("pearson", "", "Pearson correlation of scores.");

  public static final Column<Double> SPEARMAN =
      Column.number("spearman", "", "Spearman rank correlation of scores.");

  public static final Column<Double> PERPLEXITY =
      Column.number(
          "perplexity", "", "Exponential of the mean negative log likelihood of a token.");

  public static final Column<Double> LOSS =
      Column.number("loss", "nat", "Mean loss of an example, or of a token for lm.");

  public static final Column<Double> METRIC_DENSE =
      Column.number("metric_dense", "", "metric of the dense model, measured in the same process.");

  public static final Column<Double> METRIC_DROP =
      Column.number(
          "metric_drop",
          "",
          "metric_dense minus metric; for perplexity and loss, metric minus metric_dense. "
              + "Positive is worse.");

  private ScoreColumns() {}
}
