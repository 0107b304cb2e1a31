package io.github.lrfbench.harness.report;

import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Rows of one method with one set of parameters, over budgets.
 *
 * @param label the method, with those parameters in which it differs from its namesakes
 * @param rows in the order of the file
 */
record Series(String label, List<RunRow> rows) {
  /** The rows in series, in order of appearance. */
  static List<Series> of(List<RunRow> rows) {
    Map<List<String>, List<RunRow>> byMethod = new LinkedHashMap<>();
    for (RunRow row : rows) {
      byMethod
          .computeIfAbsent(List.of(method(row), parameters(row)), key -> new ArrayList<>())
          .add(row);
    }
    return byMethod.entrySet().stream()
        .map(entry -> new Series(label(entry.getKey(), byMethod.keySet()), entry.getValue()))
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

  private static String method(RunRow row) {
    return Objects.requireNonNullElse(row.get(RunColumns.METHOD), "");
  }

  private static String parameters(RunRow row) {
    return Objects.requireNonNullElse(row.get(RunColumns.METHOD_PARAMS), "");
  }

  private static String label(List<String> key, Set<List<String>> all) {
    Set<String> own = parts(key.get(1));
    Set<String> common = new LinkedHashSet<>(own);
    for (List<String> other : all) {
      if (other.get(0).equals(key.get(0))) {
        common.retainAll(parts(other.get(1)));
      }
    }
    own.removeAll(common);
    return (key.get(0) + " " + String.join(" ", own)).strip();
  }

  private static Set<String> parts(String parameters) {
    Set<String> parts = new LinkedHashSet<>(Arrays.asList(parameters.split(";")));
    parts.remove("");
    return parts;
  }
}
