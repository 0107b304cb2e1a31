package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.statistics.Statistics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * One of those that are compared: its rows of a contest, by seed.
 *
 * @param name for people
 * @param rows by seed
 */
record Contender(String name, SortedMap<Long, ResultRow> rows) {
  Contender(String name) {
    this(name, new TreeMap<>());
  }

  /** Any of its rows. */
  ResultRow first() {
    return rows.get(rows.firstKey());
  }

  List<ResultRow> rows(Collection<Long> seeds) {
    return seeds.stream().map(rows::get).toList();
  }

  /** A column's mean over seeds, or null where a row lacks it. */
  Double mean(String column) {
    List<Double> values = new ArrayList<>();
    rows.values().forEach(row -> values.add(row.number(column)));
    return values.contains(null) ? null : Statistics.mean(values);
  }

  /** The metric over some seeds. */
  Score score(Metric metric, Collection<Long> seeds) {
    List<ResultRow> chosen = rows(seeds);
    ToDoubleFunction<ResultRow> square = row -> metric.error(row) * metric.error(row);
    List<Double> values = chosen.stream().map(metric::of).toList();
    return new Score(
        Statistics.mean(values),
        chosen.stream().mapToDouble(square).average().orElse(Double.NaN),
        Statistics.variance(values),
        values.size());
  }
}
