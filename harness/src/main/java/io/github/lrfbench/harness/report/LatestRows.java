package io.github.lrfbench.harness.report;

import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.RowLabel;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.TimeColumns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What stands of rows that are appended, never rewritten: no failure that was tried again. */
public final class LatestRows {
  private LatestRows() {}

  /**
   * The rows in their order, without those of a failed cell that has a later row, or whose model
   * was another then: a damaged one that has been mended since.
   */
  public static List<RunRow> of(List<RunRow> rows) {
    List<RunRow> latest = new ArrayList<>();
    Set<String> later = new HashSet<>();
    Map<List<Object>, RunRow> results = new HashMap<>();
    for (int i = rows.size() - 1; i >= 0; i--) {
      RunRow row = rows.get(i);
      String id = row.get(RunColumns.CELL_ID);
      RunRow result = results.get(row.get(RunColumns.LABEL) == null ? byMethod(row) : byLabel(row));
      boolean over =
          row.failed()
              && (id != null && later.contains(id) || result != null && mended(row, result));
      if (!over) {
        latest.add(row);
      }
      later.add(id);
      if (!row.failed()) {
        results.putIfAbsent(byLabel(row), row);
        results.putIfAbsent(byMethod(row), row);
      }
    }
    Collections.reverse(latest);
    return latest;
  }

  private static boolean mended(RunRow failed, RunRow result) {
    return !Objects.equals(
        failed.get(RunColumns.MODEL_REVISION), result.get(RunColumns.MODEL_REVISION));
  }

  /** What a user calls a cell, whatever the model's files hold. */
  private static List<Object> byLabel(RunRow row) {
    return name(row, "label", RowLabel.of(row));
  }

  /** Of failed cells earlier versions told nothing but the method. */
  private static List<Object> byMethod(RunRow row) {
    return name(row, "method", row.get(RunColumns.METHOD));
  }

  private static List<Object> name(RunRow row, String by, String variant) {
    return Arrays.asList(
        by,
        variant,
        row.get(RunColumns.MODEL),
        row.get(RunColumns.TASK),
        row.get(RunColumns.BUDGET_KIND),
        row.get(RunColumns.BUDGET),
        row.get(RunColumns.SEED),
        row.deviceKind(),
        row.get(MachineColumns.DTYPE),
        row.get(TimeColumns.BATCH_SIZE),
        row.get(TimeColumns.SEQ_LEN));
  }
}
