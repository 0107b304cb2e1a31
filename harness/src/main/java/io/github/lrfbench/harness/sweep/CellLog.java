package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.result.Prediction;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.SampleRow;
import java.util.List;
import java.util.Optional;

/**
 * One worker's log of a model's cells: writes the rows of those that it does, and tells the
 * listener.
 *
 * @param cells what is known of them by all workers
 * @param needs of memory on the worker's device
 */
record CellLog(ModelCells cells, MemoryNeeds needs, SweepListener listener) {
  String id(Cell cell) {
    return cells.id(cell);
  }

  /** Whether there is nothing to do: an earlier run did it, or it is none of ours. */
  boolean isDone(Cell cell) {
    return cells.isDone(cell);
  }

  /** The failure for want of memory that a cell is certain to repeat. */
  Optional<MemoryFailure> memoryFailure(Cell cell) {
    return cells.memoryFailure(needs.of(cell));
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
    cells.write(cell, row, layers, samples, predictions);
    listener.finished(cell.describe());
  }

  /**
   * Writes the row of a cell that ran out of memory, and remembers that.
   *
   * @param needed the cell whose step did: the same or the dense model's
   */
  void writeMemoryFailure(Cell cell, RunRow.Builder row, Cell needed, MemoryNeed.Step step) {
    MemoryFailure failure = MemoryFailure.now(id(cell), needs.of(needed, step));
    cells.add(failure);
    write(cell, row.set(RunColumns.EXTRA, failure.extra()).build());
  }

  /** Tells the listener of a cell that there is nothing to do for. */
  void skip(Cell cell) {
    cells.skip(cell);
    listener.skipped(cell.describe());
  }

  /**
   * Leaves out a cell that would run out of memory, and of which a row says so already.
   *
   * @return false if there is no such row
   */
  boolean leaveOut(Cell cell) {
    boolean left = cells.leaveOut(cell);
    if (left) {
      listener.skipped(cell.describe());
    }
    return left;
  }
}
