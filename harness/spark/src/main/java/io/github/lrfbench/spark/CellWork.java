package io.github.lrfbench.spark;

import io.github.lrfbench.harness.cli.Natives;
import io.github.lrfbench.harness.cli.SweepLine;
import io.github.lrfbench.harness.sweep.CellChoice;
import io.github.lrfbench.harness.sweep.Shard;
import io.github.lrfbench.harness.sweep.SweepConfig;
import io.github.lrfbench.harness.sweep.SweepListener;
import io.github.lrfbench.harness.sweep.SweepRecord;
import io.github.lrfbench.harness.sweep.SweepRunner;
import io.github.lrfbench.kernels.Device;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A cell to run, as it is sent to an executor. The whole grid comes along, so that the cell shares
 * decompositions of the ranks that it would where the sweep runs in one process.
 *
 * @param arguments of {@code sweep}
 * @param runId of the rows
 * @param cellId the cell
 * @param model its model
 * @param task its task
 * @param known rows of cells that ran out of memory
 */
record CellWork(
    List<String> arguments, String runId, String cellId, String model, String task, CellRows known)
    implements Serializable {

  /**
   * Runs the cell. What goes wrong in it is in its row.
   *
   * @param device to run on where the arguments name none, or a GPU that Spark chose
   * @return all rows in the cell's own directory: those known before, and the cell's
   */
  CellRows run(String device) throws IOException {
    Locale.setDefault(Locale.ROOT);
    Natives.configure();
    SweepLine line = SweepLine.parse(arguments);
    Path directory = Folders.temporary();
    try (Device opened = line.openDevice(device)) {
      known.write(directory);
      SweepConfig config = line.config(runId).only(model, task, directory);
      SweepRecord record = new SweepRecord(runId, List.of(config), Shard.WHOLE, arguments);
      CellChoice choice = new CellChoice(cellId::equals, false);
      new SweepRunner(config, opened, Natives.cacheFolder(), SweepListener.NONE)
          .run(record, choice);
      return CellRows.read(directory, cellId);
    } finally {
      Folders.delete(directory);
    }
  }
}
