package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.measure.OutOfMemory;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.sweep.MemoryNeed.Step;
import java.time.Instant;
import java.util.Optional;

/** Writes the rows of cells that go wrong, or that are certain to. */
record FailedCells(RowFactory rows, CellLog log) {
  /** Whether a cell is not run, because it is certain to run out of memory; its row says so. */
  boolean isRefused(Cell cell) {
    Optional<MemoryFailure> known = log.memoryFailure(cell);
    if (known.isPresent() && !log.leaveOut(cell)) {
      log.write(cell, rows.skipped(cell, log.id(cell), known.get()));
    }
    return known.isPresent();
  }

  /** Writes the row of a cell that a step of it ended. */
  void fail(Cell cell, Instant startedAt, Step step, Throwable failure) {
    write(cell, startedAt, cell, step, failure);
  }

  /** Writes the row of a cell whose model does not load. */
  void failToLoad(Cell cell, Instant startedAt, Throwable failure) {
    Cell dense = cell.with(Variant.dense(cell.variant().seed()));
    write(cell, startedAt, dense, Step.COMPRESS, failure);
  }

  /** Writes the row of a cell whose model does not fit its tasks, which tells nothing of others. */
  void failToFit(Cell cell, Instant startedAt, Throwable failure) {
    log.write(cell, rows.failed(cell, log.id(cell), startedAt, failure).build());
  }

  private void write(Cell cell, Instant startedAt, Cell needed, Step step, Throwable failure) {
    RunRow.Builder row = rows.failed(cell, log.id(cell), startedAt, failure);
    if (OutOfMemory.isCauseOf(failure)) {
      log.writeMemoryFailure(cell, row, needed, step);
    } else {
      log.write(cell, row.build());
    }
  }
}
