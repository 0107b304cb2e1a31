package io.github.lrfbench.harness.evaluate;

import io.github.lrfbench.harness.result.Column;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How well a model did on a task, as it goes into a row.
 *
 * @param metricName what the metric is
 * @param metric the one number that models are compared by
 * @param standardError of the metric; NaN where there is none
 * @param higherIsBetter whether a good model's metric is high
 * @param values all that there is a column for, in order; what does not apply is not in it
 * @param extra what else is to be told, by name
 */
public record Score(
    String metricName,
    double metric,
    double standardError,
    boolean higherIsBetter,
    Map<Column<Double>, Double> values,
    Map<String, Object> extra) {
  /** Copies the maps. */
  public Score {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    extra = Collections.unmodifiableMap(new LinkedHashMap<>(extra));
  }

  /** How much worse this is than another score of the same task. */
  public double dropFrom(Score other) {
    return higherIsBetter ? other.metric - metric : metric - other.metric;
  }
}
