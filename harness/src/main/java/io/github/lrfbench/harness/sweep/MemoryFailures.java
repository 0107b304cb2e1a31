package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The cells that ran out of memory, to tell others that would. */
final class MemoryFailures {
  private final Map<String, MemoryFailure> byCell = new LinkedHashMap<>();

  /** What rows tell; of each cell the last row counts. */
  MemoryFailures(List<RunRow> rows) {
    for (RunRow row : rows) {
      byCell.remove(row.get(RunColumns.CELL_ID));
      MemoryFailure.of(row).filter(MemoryFailure::stillHolds).ifPresent(this::add);
    }
  }

  void add(MemoryFailure failure) {
    byCell.put(failure.cellId(), failure);
  }

  boolean isEmpty() {
    return byCell.isEmpty();
  }

  /** A failure that a cell of these needs is certain to repeat. */
  Optional<MemoryFailure> repeatedBy(List<MemoryNeed> needs) {
    return byCell.values().stream()
        .filter(failure -> needs.stream().anyMatch(need -> need.isAtLeast(failure.need())))
        .findFirst();
  }
}
