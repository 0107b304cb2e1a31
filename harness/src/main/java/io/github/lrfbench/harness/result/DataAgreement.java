package io.github.lrfbench.harness.result;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds rows that are of other data than rows before them: finished cells of a task are compared
 * with each other, so they must have been evaluated on the same examples, and have learnt from the
 * same. What an earlier version did not write is not known and agrees with everything. Cells of
 * perplexity name their text in their ids; of several texts each has rows of its own.
 */
public final class DataAgreement {
  private final Map<List<String>, RunRow> first = new HashMap<>();

  /**
   * Where two rows differ.
   *
   * @param earlier the row that was there
   * @param column what differs: a hash
   */
  public record Conflict(RunRow earlier, Column<String> column) {}

  /** Adds a row, and tells of which earlier one it is not. */
  public Optional<Conflict> add(RunRow row) {
    if (row.failed() || row.get(RunColumns.TASK) == null) {
      return Optional.empty();
    }
    for (Column<String> column : List.of(RunColumns.DATA_HASH, RunColumns.TRAIN_HASH)) {
      String hash = row.get(column);
      if (hash != null) {
        RunRow earlier = first.putIfAbsent(List.of(column.name(), set(row)), row);
        if (earlier != null && !hash.equals(earlier.get(column))) {
          return Optional.of(new Conflict(earlier, column));
        }
      }
    }
    return Optional.empty();
  }

  /** Whether the ids of a row's kind tell what it was evaluated on. */
  public static boolean isNamed(RunRow row) {
    return row.get(ScoreColumns.PERPLEXITY) != null;
  }

  private static String set(RunRow row) {
    String task = row.get(RunColumns.TASK);
    return isNamed(row) ? task + " " + row.get(RunColumns.DATA_HASH) : task;
  }
}
