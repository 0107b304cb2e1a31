package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.OutputDirectory;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.ResultsWriter;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.kernels.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The output directory of a sweep, which is touched only when the first model and all data have
 * been read; written by the workers of all devices, one at a time.
 */
final class SweepOutput implements AutoCloseable {
  private final SweepConfig config;
  private final List<Device> devices;
  private final SweepRecord record;
  private final CellChoice choice;
  private final int cells;
  private final WorkersProgress progress;
  private ResultsWriter writer;
  private int before;

  /**
   * The output of a call.
   *
   * @param cells how many it has
   */
  SweepOutput(
      SweepConfig config,
      List<Device> devices,
      SweepRecord record,
      CellChoice choice,
      int cells,
      WorkersProgress progress) {
    this.config = config;
    this.devices = devices;
    this.record = record;
    this.choice = choice;
    this.cells = cells;
    this.progress = progress;
  }

  SweepRecord record() {
    return record;
  }

  /** Whether models of the same shape are timed each for itself. */
  boolean timesEach() {
    return config.timesEach();
  }

  WorkersProgress progress() {
    return progress;
  }

  synchronized void open() {
    if (writer == null) {
      OutputDirectory.prepare(config.out());
      writer = ResultsWriter.open(config.out());
      before = writer.rows().size();
      record.writeStart(devices);
      progress.started(cells);
      writer.incomplete().ifPresent(progress::note);
    }
  }

  /**
   * A worker's log of a model's cells.
   *
   * @param seqLen tokens of a sequence that is timed
   */
  CellLog log(SharedModel model, Device device, int seqLen) {
    return new CellLog(
        model.cells(seqLen, this::cells),
        new MemoryNeeds(config, device, seqLen),
        progress.of(device));
  }

  /** Writes the rows of a model that cannot be run. */
  FailedCells failures(SharedModel model, Device device) {
    int seqLen = LostModel.seqLen(config);
    return new FailedCells(rows(device, seqLen), log(model, device, seqLen));
  }

  private ModelCells cells(int seqLen) {
    // A cell is the same on each of a machine's GPUs.
    String kind = MachineColumns.kind(devices.get(0).id());
    return new ModelCells(writer, cell -> cell.id(config, kind, seqLen), record.runId(), choice);
  }

  RowFactory rows(Device device, int seqLen) {
    return new RowFactory(config, device, record.runId(), record.provenance(), seqLen);
  }

  /**
   * Refuses a model that ran out of memory when it was loaded before.
   *
   * @throws OutOfMemoryError if it is certain to do so again
   */
  void requireMemory(SweepModels.Group group, Device device) {
    Path file = config.out().resolve(RunColumns.TABLE.file());
    if (!Files.isRegularFile(file)) {
      return;
    }
    MemoryFailures known = new MemoryFailures(choice.remembered(before(file), record.runId()));
    LostModel lost = known.isEmpty() ? null : group.lost();
    if (lost != null && lost.revision().isPresent()) {
      Cell dense = lost.cell(Variant.dense(config.seeds().get(0)), group.data().get(0));
      MemoryNeeds needs = new MemoryNeeds(config, device, LostModel.seqLen(config));
      known
          .repeatedBy(List.of(needs.of(dense, MemoryNeed.Step.COMPRESS)))
          .ifPresent(
              failure -> {
                throw new OutOfMemoryError(
                    "as when cell " + failure.cellId() + " was run; --retry-memory tries again");
              });
    }
  }

  /** All rows there are; read from the file only as long as nobody writes it. */
  private synchronized List<RunRow> before(Path file) {
    return writer == null ? ResultsCsv.RUNS.read(file) : writer.rows();
  }

  /** Ends the record; the rows that were written. */
  synchronized List<RunRow> finish() {
    List<RunRow> written = new ArrayList<>();
    if (writer != null) {
      List<RunRow> all = writer.rows();
      written.addAll(all.subList(before, all.size()));
    }
    record.writeEnd(devices, written);
    return written;
  }

  @Override
  public synchronized void close() {
    if (writer != null) {
      writer.close();
    }
  }
}
