package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.result.Prediction;
import io.github.lrfbench.harness.result.ResultsWriter;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.SampleRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Which cells of one model are done, and their rows, whichever call or worker wrote them.
 * Thread-safe.
 */
final class ModelCells {
  private final ResultsWriter writer;
  private final Function<Cell, String> ids;
  private final String runId;
  private final CellChoice choice;

  /** The rows of cells that succeeded. */
  private final Map<String, RunRow> done = new HashMap<>();

  private final MemoryFailures memory;

  /** The latest rows of cells that ran out of memory or would. */
  private final Map<String, RunRow> refused = new HashMap<>();

  private final List<RunRow> leftOut = new ArrayList<>();

  /** The rows of this call's cells by id. */
  private final Map<String, Known> rows = new LinkedHashMap<>();

  private record Known(Cell cell, RunRow row) {}

  /**
   * Cells on top of what earlier runs left in the writer's files; only those that succeeded are
   * done, and only those are not run again that would run out of memory.
   *
   * @param runId of this run
   * @param choice whose cells are ours
   */
  ModelCells(ResultsWriter writer, Function<Cell, String> ids, String runId, CellChoice choice) {
    this.writer = writer;
    this.ids = ids;
    this.runId = runId;
    this.choice = choice;
    List<RunRow> before = writer.rows();
    List<RunRow> known = choice.remembered(before, runId);
    memory = new MemoryFailures(known);
    for (RunRow row : before) {
      if (!row.failed()) {
        done.put(row.get(RunColumns.CELL_ID), row);
      }
    }
    known.stream()
        .filter(ModelCells::isForMemory)
        .forEach(row -> refused.put(row.get(RunColumns.CELL_ID), row));
  }

  private static boolean isForMemory(RunRow row) {
    return RunRow.SKIPPED.equals(row.get(RunColumns.STATUS)) || MemoryFailure.of(row).isPresent();
  }

  String id(Cell cell) {
    return ids.apply(cell);
  }

  /** Whether there is nothing to do: an earlier run did it, or it is none of ours. */
  synchronized boolean isDone(Cell cell) {
    String id = id(cell);
    return done.containsKey(id) || !choice.ours().test(id);
  }

  /** The failure for want of memory that a cell of these needs is certain to repeat. */
  synchronized Optional<MemoryFailure> memoryFailure(List<MemoryNeed> needs) {
    return memory.repeatedBy(needs);
  }

  /** Remembers that a cell ran out of memory. */
  synchronized void add(MemoryFailure failure) {
    memory.add(failure);
  }

  synchronized void write(
      Cell cell,
      RunRow row,
      List<LayerRow> layers,
      List<SampleRow> samples,
      List<Prediction> predictions) {
    writer.append(row, layers, samples, predictions);
    done.put(id(cell), row);
    rows.put(id(cell), new Known(cell, row));
  }

  /** There is nothing to do for a cell. */
  synchronized void skip(Cell cell) {
    String id = id(cell);
    if (done.containsKey(id) && choice.ours().test(id)) {
      rows.put(id, new Known(cell, done.get(id)));
    }
  }

  /**
   * Leaves out a cell that would run out of memory, and of which a row says so already.
   *
   * @return false if there is no such row
   */
  synchronized boolean leaveOut(Cell cell) {
    RunRow row = refused.get(id(cell));
    if (row == null) {
      return false;
    }
    if (!row.get(RunColumns.RUN_ID).equals(runId)) {
      leftOut.add(row);
    }
    rows.put(id(cell), new Known(cell, row));
    skip(cell);
    return true;
  }

  /** The rows of earlier runs that this one did not repeat, because they ran out of memory. */
  synchronized List<RunRow> leftOut() {
    return List.copyOf(leftOut);
  }

  /**
   * The rows of all cells of this run, those of earlier runs that it did not repeat included.
   *
   * @param order of cells in the plan; those that it does not tell apart stand as they were done
   */
  synchronized List<RunRow> rows(Comparator<Cell> order) {
    return rows.values().stream()
        .sorted(Comparator.comparing(Known::cell, order))
        .map(Known::row)
        .toList();
  }
}
