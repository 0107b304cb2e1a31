package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which of a sweep's cells a call runs, beside those that are done.
 *
 * @param ours whether a cell, by its id, belongs to the call
 * @param retriesMemory whether cells are run that ran out of memory in an earlier call, and those
 *     that take no less
 */
public record CellChoice(Predicate<String> ours, boolean retriesMemory) {
  /** The rows whose failures for want of memory still count in a call. */
  List<RunRow> remembered(List<RunRow> rows, String runId) {
    return rows.stream()
        .filter(row -> !retriesMemory || row.get(RunColumns.RUN_ID).equals(runId))
        .toList();
  }

  /** A part of the cells, without those that ran out of memory. */
  static CellChoice of(Shard shard) {
    return new CellChoice(shard::owns, false);
  }
}
