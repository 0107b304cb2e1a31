package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.text.Names;
import java.util.List;
import java.util.Set;

/**
 * What is compared: a column of scores.
 *
 * @param column its name
 */
public record Metric(String column) {
  /** The task's own metric. */
  public static final String STANDARD = "metric";

  private static final List<String> COLUMNS =
      List.of(
          STANDARD,
          "metric_drop",
          "accuracy",
          "f1",
          "mcc",
          "pearson",
          "spearman",
          "perplexity",
          "loss",
          "relative_error");

  private static final Set<String> LOWER_IS_BETTER =
      Set.of("metric_drop", "perplexity", "loss", "relative_error");

  /**
   * The metric of a name.
   *
   * @throws io.github.lrfbench.kernels.InputException if there is none
   */
  public static Metric named(String name) {
    if (!COLUMNS.contains(name)) {
      throw Names.unknown("metric", name, COLUMNS);
    }
    return new Metric(name);
  }

  /** Whether a row has a score; one that is not a number is none. */
  boolean isIn(ResultRow row) {
    Double value = row.number(column);
    return value != null && !Double.isNaN(value);
  }

  double of(ResultRow row) {
    return row.number(column);
  }

  /** The metric that a row is scored by, such as accuracy. */
  String name(ResultRow row) {
    return column.equals(STANDARD) ? row.text("metric_name") : column;
  }

  /** 1 where higher is better, otherwise -1. */
  int sign(ResultRow row) {
    return LOWER_IS_BETTER.contains(name(row)) ? -1 : 1;
  }

  /** The standard error over examples, NaN where none is known. */
  double error(ResultRow row) {
    boolean known =
        column.equals(STANDARD)
            || column.equals("metric_drop")
            || column.equals(row.text("metric_name"));
    Double error = known ? row.number("metric_stderr") : null;
    return error == null ? Double.NaN : error;
  }
}
