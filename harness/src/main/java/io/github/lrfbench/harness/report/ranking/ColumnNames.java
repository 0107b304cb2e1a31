package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.text.Names;
import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Names of columns as users give them. */
final class ColumnNames {
  private ColumnNames() {}

  static boolean exists(String name) {
    return RunColumns.TABLE.header().contains(name) || name.startsWith("extra.");
  }

  /**
   * The name, if there is such a column.
   *
   * @throws InputException if not
   */
  static String require(String option, String name) {
    if (!exists(name)) {
      String hint = hint(name, RunColumns.TABLE.header());
      throw new InputException(
          option
              + ": there is no column "
              + OneLine.quote(name)
              + (hint.isEmpty() ? "; " : hint + " ")
              + "results/SCHEMA.md lists them");
    }
    return name;
  }

  /** Which names may have been meant, as the end of a complaint. */
  static String hint(String name, Collection<String> names) {
    List<String> nearest = Names.nearest(name, names);
    return nearest.isEmpty()
        ? ""
        : nearest.stream()
            .map(OneLine::quote)
            .collect(Collectors.joining(" or ", "; did you mean ", "?"));
  }
}
