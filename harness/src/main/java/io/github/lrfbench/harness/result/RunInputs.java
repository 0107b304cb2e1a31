package io.github.lrfbench.harness.result;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What rows say of the checkpoints and the data that they came from, by hash. */
public final class RunInputs {
  private RunInputs() {}

  /** The checkpoints of the rows, each once: what the user named, and the hash of its files. */
  public static List<Map<String, Object>> models(List<RunRow> rows) {
    return distinct(rows, RunColumns.MODEL, RunColumns.MODEL_REVISION, RunColumns.ARCHITECTURE);
  }

  /** The data of the rows, each once: task, split, number of examples, and hash of the file. */
  public static List<Map<String, Object>> data(List<RunRow> rows) {
    return distinct(
        rows, RunColumns.TASK, RunColumns.SPLIT, RunColumns.EXAMPLES, RunColumns.DATA_HASH);
  }

  private static List<Map<String, Object>> distinct(List<RunRow> rows, Column<?>... columns) {
    Set<Map<String, Object>> found = new LinkedHashSet<>();
    for (RunRow row : rows) {
      Map<String, Object> values = new LinkedHashMap<>();
      for (Column<?> column : columns) {
        if (row.get(column) != null) {
          values.put(column.name(), row.get(column));
        }
      }
      found.add(values);
    }
    return new ArrayList<>(found);
  }
}
