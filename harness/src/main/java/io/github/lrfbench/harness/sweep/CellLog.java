package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.result.Prediction;
import io.github.lrfbench.harness.result.ResultsWriter;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.SampleRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Knows which cells are done, writes the rows of those that become so, and tells the listener. */
final class CellLog {
  private final ResultsWriter writer;
  private final SweepListener listener;
  private final Function<Cell, String> ids;
  private final MemoryNeeds needs;
  private final String runId;
  private final CellChoice choice;
  private final Set<String> done = new HashSet<>();
  private final MemoryFailures memory;

  /** The latest rows of cells that ran out of memory or would. */
  private final Map<String, RunRow> refused = new HashMap<>();

  private final List<RunRow> written = new ArrayList<>();
  private final List<RunRow> leftOut = new ArrayList<>();

  /**
   * A log on top of what earlier runs left in the writer's files; only cells that succeeded are
   * done, and only those are not run again that would run out of memory.
   *
   * @param runId of this run
   * @param choice whose cells are ours
   */
  CellLog(
      ResultsWriter writer,
      SweepListener listener,
      Function<Cell, String> ids,
      MemoryNeeds needs,
      String runId,
      CellChoice choice) {
    this.writer = writer;
    this.listener = listener;
    this.ids = ids;
    this.needs = needs;
    this.runId = runId;
    this.choice = choice;
    List<RunRow> known = choice.remembered(writer.rows(), runId);
    memory = new MemoryFailures(known);
    for (RunRow row : writer.rows()) {
      if (!row.failed()) {
        done.add(row.get(RunColumns.CELL_ID));
      }
    }
    known.stream()
        .filter(CellLog::isForMemory)
        .forEach(row -> refused.put(row.get(RunColumns.CELL_ID), row));
  }

  private static boolean isForMemory(RunRow row) {
    return RunRow.SKIPPED.equals(row.get(RunColumns.STATUS)) || MemoryFailure.of(row).isPresent();
  }

  String id(Cell cell) {
    return ids.apply(cell);
  }

  /** Whether there is nothing to do: an earlier run did it, or it is none of ours. */
  boolean isDone(Cell cell) {
    String id = id(cell);
    return done.contains(id) || !choice.ours().test(id);
  }

  /** The failure for want of memory that a cell is certain to repeat. */
  Optional<MemoryFailure> memoryFailure(Cell cell) {
    return memory.repeatedBy(needs.of(cell));
  }

  void working(String what) {
    listener.working(what);
  }

  void note(String line) {
    listener.note(line);
  }

  /** Writes the row of a cell without a result. */
  void write(Cell cell, RunRow row) {
    write(cell, row, List.of(), List.of(), List.of());
  }

  void write(
      Cell cell,
      RunRow row,
      List<LayerRow> layers,
      List<SampleRow> samples,
      List<Prediction> predictions) {
    writer.append(row, layers, samples, predictions);
    done.add(id(cell));
    written.add(row);
    listener.finished(cell.describe());
  }

  /**
   * Writes the row of a cell that ran out of memory, and remembers that.
   *
   * @param needed the cell whose step did: the same or the dense model's
   */
  void writeMemoryFailure(Cell cell, RunRow.Builder row, Cell needed, MemoryNeed.Step step) {
    MemoryFailure failure = MemoryFailure.now(id(cell), needs.of(needed, step));
    memory.add(failure);
    write(cell, row.set(RunColumns.EXTRA, failure.extra()).build());
  }

  /** Tells the listener of a cell that there is nothing to do for. */
  void skip(Cell cell) {
    listener.finished(cell.describe());
  }

  /**
   * Leaves out a cell that would run out of memory, and of which a row says so already.
   *
   * @return false if there is no such row
   */
  boolean leaveOut(Cell cell) {
    RunRow row = refused.get(id(cell));
    if (row == null) {
      return false;
    }
    if (!row.get(RunColumns.RUN_ID).equals(runId)) {
      leftOut.add(row);
    }
    skip(cell);
    return true;
  }

  /** The rows of this run. */
  List<RunRow> written() {
    return List.copyOf(written);
  }

  /** The rows of earlier runs that this one did not repeat, because they ran out of memory. */
  List<RunRow> leftOut() {
    return List.copyOf(leftOut);
  }
}
