package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.peer.PeerRuntime;
import io.github.lrfbench.harness.result.OutputDirectory;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.ResultsWriter;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TaskInput;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs a sweep on one device. */
public final class SweepRunner {
  private final SweepConfig config;
  private final Device device;
  private final SweepModels models;
  private final SweepListener listener;
  private List<RunRow> table = List.of();
  private final List<PeerRuntime> peers;
  private final CellsBeside beside;

  /**
   * A runner.
   *
   * @param cache where embedded models and data are unpacked
   */
  public SweepRunner(SweepConfig config, Device device, Path cache, SweepListener listener) {
    this(config, device, cache, listener, config.peers().stream().map(PeerRuntime::of).toList());
  }

  /** A runner with peers of its own in the place of those that the settings name. */
  SweepRunner(
      SweepConfig config,
      Device device,
      Path cache,
      SweepListener listener,
      List<PeerRuntime> peers) {
    this.peers = peers;
    this.beside = new CellsBeside(peers, config.exits());
    this.config = config;
    this.device = device;
    this.models = new SweepModels(config, device, cache, peers);
    this.listener = listener;
  }

  /**
   * Looks for everything that the user named, without changing anything.
   *
   * @param shared the data of the grids before it, to which this one's is added
   * @throws io.github.lrfbench.kernels.InputException if something is missing or wrong, or other
   *     data than that of a grid before it
   */
  public void check(GridData shared) {
    PeerCells.check(peers, config, device);
    List<Variant> variants = SweepPlan.variants(config);
    models.share(shared, variants);
  }

  /**
   * The cells by their ids, in the order of the plan, where all that a run reads before it writes
   * is there and fits.
   *
   * @param shared the data of the grids before it, to which this one's is added
   * @param deviceKind what the cells will run on: {@code cpu} or {@code cuda}
   * @throws InputException if something the user named is missing or wrong
   */
  Map<String, Cell> preview(GridData shared, String deviceKind) {
    check(shared);
    List<Variant> variants = SweepPlan.variants(config);
    Map<String, Cell> cells = new LinkedHashMap<>();
    for (SweepModels.Group group : models.all()) {
      try (PreparedModel model = models.prepare(group, models.open(group), variants)) {
        for (SweepTask task : model.tasks()) {
          for (Variant variant : variants) {
            Cell cell = model.cell(group.name(), variant, task);
            cells.put(cell.id(config, deviceKind, model.probe().seqLen()), cell);
            for (Cell other : beside.of(cell)) {
              cells.put(other.id(config, deviceKind, model.probe().seqLen()), other);
            }
          }
        }
      }
    }
    return cells;
  }

  /**
   * The cells of the sweep with their ids, for a program that has each run elsewhere. Models are
   * read for that, on this runner's device, but nothing is run or written.
   *
   * @param record describes the call
   * @param deviceKind what the cells will run on: {@code cpu} or {@code cuda}
   * @throws io.github.lrfbench.kernels.InputException if something the user named is missing or
   *     wrong
   */
  public List<IdentifiedCell> identify(SweepRecord record, String deviceKind) {
    if (!peers.isEmpty()) {
      throw new InputException("--peer is for sweeps on one machine");
    }
    List<Variant> variants = SweepPlan.variants(config);
    List<IdentifiedCell> cells = new ArrayList<>();
    List<BrokenModel> broken = new ArrayList<>();
    for (SweepModels.Group group : models.agreeing(variants)) {
      try (PreparedModel model = models.prepare(group, models.open(group), List.of())) {
        for (Variant variant : variants) {
          for (SweepTask task : model.tasks()) {
            Cell cell = model.cell(group.name(), variant, task);
            int seqLen = model.probe().seqLen();
            cells.add(identified(cell, record, deviceKind, seqLen));
            beside.of(cell).forEach(b -> cells.add(identified(b, record, deviceKind, seqLen)));
          }
        }
      } catch (RuntimeException | VirtualMachineError failure) {
        broken.add(new BrokenModel(group.lost(), failure, true));
      }
    }
    if (cells.isEmpty()) {
      broken.get(0).rethrow();
    }
    for (BrokenModel each : broken) {
      for (Variant variant : variants) {
        for (TaskInput input : each.lost().data()) {
          Cell cell = each.lost().cell(variant, input);
          int seqLen = LostModel.seqLen(config);
          cells.add(identified(cell, record, deviceKind, seqLen));
          beside.of(cell).forEach(b -> cells.add(identified(b, record, deviceKind, seqLen)));
        }
      }
    }
    return cells;
  }

  private IdentifiedCell identified(Cell cell, SweepRecord record, String deviceKind, int seqLen) {
    String id = cell.id(config, deviceKind, seqLen);
    RunRow.Builder row = rows(record, seqLen).identity(cell, id, Instant.now());
    return IdentifiedCell.of(id, cell, row, deviceKind);
  }

  /** Runs all cells of the call's shard, but for those that ran out of memory before. */
  public List<RunRow> run(SweepRecord record) {
    return run(record, CellChoice.of(record.shard()));
  }

  /**
   * Runs those cells that the output directory does not hold yet.
   *
   * @param record describes this call
   * @param choice the cells
   * @return the rows of this call, and those of cells that it left out because they ran out of
   *     memory in an earlier one; {@link #table} has all
   * @throws io.github.lrfbench.kernels.InputException if something the user named is missing or
   *     wrong
   */
  public List<RunRow> run(SweepRecord record, CellChoice choice) {
    List<Variant> variants = SweepPlan.variants(config);
    OutputDirectory.check(config.out());
    PeerCells.check(peers, config, device);
    List<SweepModels.Group> groups = models.agreeing(variants);
    int cells = groups.stream().mapToInt(group -> group.data().size()).sum();
    cells *= variants.size() * beside.factor();
    try (Output output = new Output(record, cells, choice)) {
      List<BrokenModel> broken = new ArrayList<>();
      for (SweepModels.Group group : groups) {
        run(group, variants, output).ifPresent(broken::add);
        if (record.hasStarted() || broken.stream().anyMatch(each -> !each.isInput())) {
          broken.forEach(each -> fail(each, variants, output));
          broken.clear();
        }
      }
      if (!broken.isEmpty()) {
        // All of them, and nothing is written.
        broken.get(0).rethrow();
      }
      return output.finish();
    }
  }

  /** The rows of all cells of the last run in their order, those of earlier calls included. */
  public List<RunRow> table() {
    return table;
  }

  /** Runs a model's cells; if it does not load or does not fit its tasks, that comes back. */
  private Optional<BrokenModel> run(
      SweepModels.Group group, List<Variant> variants, Output output) {
    PreparedModel model;
    LoadedModel loaded = null;
    try {
      output.requireMemory(group);
      loaded = models.load(group);
      model = models.prepare(group, loaded, variants);
    } catch (RuntimeException | VirtualMachineError failure) {
      return Optional.of(new BrokenModel(group.lost(), failure, loaded == null));
    }
    try (model;
        FactorizationCache decompositions = new FactorizationCache(device)) {
      output.open();
      model.loaded().notes().forEach(listener::note);
      model.tasks().forEach(task -> task.evaluation().notes().forEach(listener::note));
      group.data().forEach(input -> input.deviation().ifPresent(listener::note));
      VariantFactory factory =
          new VariantFactory(model.loaded().model(), model.slots(), decompositions);
      int seqLen = model.probe().seqLen();
      new ModelSweep(
              group.name(),
              model,
              factory,
              rows(output.record, seqLen),
              output.log(seqLen),
              output.record.warnings(),
              beside)
          .run(variants);
    }
    return Optional.empty();
  }

  private void fail(BrokenModel broken, List<Variant> variants, Output output) {
    output.open();
    listener.note("model " + broken.lost().name() + " is left out: " + broken.reason());
    int seqLen = LostModel.seqLen(config);
    FailedCells failed = new FailedCells(rows(output.record, seqLen), output.log(seqLen));
    broken.lost().fail(variants, beside, broken.failure(), broken.loading(), failed);
  }

  private RowFactory rows(SweepRecord record, int seqLen) {
    return new RowFactory(config, device, record.runId(), record.provenance(), seqLen);
  }

  /** A cell is the same on each of a machine's GPUs. */
  private static String deviceKind(Device device) {
    return device.id().replaceFirst(":.*", "");
  }

  /**
   * The output directory, which is touched only when the first model and all data have been read.
   */
  private final class Output implements AutoCloseable {
    private final SweepRecord record;
    private final int cells;
    private final CellChoice choice;
    private final List<CellLog> logs = new ArrayList<>();
    private ResultsWriter writer;

    Output(SweepRecord record, int cells, CellChoice choice) {
      this.record = record;
      this.cells = cells;
      this.choice = choice;
    }

    void open() {
      if (writer == null) {
        OutputDirectory.prepare(config.out());
        writer = ResultsWriter.open(config.out());
        record.writeStart(device);
        listener.started(cells);
        writer.incomplete().ifPresent(listener::note);
      }
    }

    /** What is known and written of the cells of one model. */
    CellLog log(int seqLen) {
      CellLog log =
          new CellLog(
              writer,
              listener,
              cell -> cell.id(config, deviceKind(device), seqLen),
              new MemoryNeeds(config, device, seqLen),
              record.runId(),
              choice);
      logs.add(log);
      return log;
    }

    /**
     * Refuses a model that ran out of memory when it was loaded before.
     *
     * @throws OutOfMemoryError if it is certain to do so again
     */
    void requireMemory(SweepModels.Group group) {
      Path file = config.out().resolve(RunColumns.TABLE.file());
      if (!Files.isRegularFile(file)) {
        return;
      }
      MemoryFailures known =
          new MemoryFailures(choice.remembered(ResultsCsv.RUNS.read(file), record.runId()));
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

    /**
     * Ends the record.
     *
     * @return the rows of cells that were left out for memory, and those that were written
     */
    List<RunRow> finish() {
      List<RunRow> written = logs.stream().flatMap(log -> log.written().stream()).toList();
      record.writeEnd(device, written);
      table = logs.stream().flatMap(log -> log.rows().stream()).toList();
      List<RunRow> rows = new ArrayList<>();
      logs.forEach(log -> rows.addAll(log.leftOut()));
      rows.addAll(written);
      return rows;
    }

    @Override
    public void close() {
      if (writer != null) {
        writer.close();
      }
    }
  }
}
