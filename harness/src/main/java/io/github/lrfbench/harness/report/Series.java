package io.github.lrfbench.harness.report;

import io.github.lrfbench.harness.result.RowLabel;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Rows of one label, over budgets.
 *
 * @param label the method, with all that sets its variant apart
 * @param rows in the order of the file
 */
record Series(String label, List<RunRow> rows) {
  /** The rows in series, in order of appearance. */
  static List<Series> of(List<RunRow> rows) {
    Map<String, List<RunRow>> byLabel =
        rows.stream()
            .collect(Collectors.groupingBy(RowLabel::of, LinkedHashMap::new, Collectors.toList()));
    return byLabel.entrySet().stream()
        .map(entry -> new Series(entry.getKey(), entry.getValue()))
        .toList();
  }

  /** The budget of a row as a person would type it, for example {@code keep 0.5}. */
  static String budget(RunRow row) {
    Double budget = row.get(RunColumns.BUDGET);
    return budget == null
        ? ""
        : Objects.requireNonNullElse(row.get(RunColumns.BUDGET_KIND), "")
            + " "
            + Figures.plain(budget);
  }
}
