package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.result.ResultsWriter;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Knows which cells are done, writes the rows of those that become so, and tells the listener. */
final class CellLog {
  private final ResultsWriter writer;
  private final SweepListener listener;
  private final Function<Cell, String> ids;
  private final Shard shard;
  private final Set<String> done = new HashSet<>();
  private final List<RunRow> written = new ArrayList<>();

  /**
   * A log on top of what earlier runs left in the writer's files; only cells that succeeded are
   * done.
   *
   * @param shard whose cells are ours
   */
  CellLog(ResultsWriter writer, SweepListener listener, Function<Cell, String> ids, Shard shard) {
    this.writer = writer;
    this.listener = listener;
    this.ids = ids;
    this.shard = shard;
    for (RunRow row : writer.rows()) {
      if (!row.failed()) {
        done.add(row.get(RunColumns.CELL_ID));
      }
    }
  }

  String id(Cell cell) {
    return ids.apply(cell);
  }

  /** Whether there is nothing to do: an earlier run did it, or another shard does. */
  boolean isDone(Cell cell) {
    String id = id(cell);
    return done.contains(id) || !shard.owns(id);
  }

  void working(String what) {
    listener.working(what);
  }

  void write(Cell cell, RunRow row, List<LayerRow> layers) {
    writer.append(row, layers);
    done.add(id(cell));
    written.add(row);
    listener.finished(cell.describe());
  }

  /** Tells the listener of a cell that there is nothing to do for. */
  void skip(Cell cell) {
    listener.finished(cell.describe());
  }

  /** The rows of this run. */
  List<RunRow> written() {
    return List.copyOf(written);
  }
}
