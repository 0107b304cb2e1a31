package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.compress.SlotSelection;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.peer.PeerRuntime;
import io.github.lrfbench.harness.result.OutputDirectory;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.ResultsWriter;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.ModelSource;
import io.github.lrfbench.harness.source.ModelSources;
import io.github.lrfbench.harness.source.Task;
import io.github.lrfbench.harness.source.TaskInput;
import io.github.lrfbench.harness.source.Tasks;
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
  /** Standard errors of all cells come from the same resamples of examples. */
  private static final long BOOTSTRAP_SEED = 0;

  private final SweepConfig config;
  private final Device device;
  private final Path cache;
  private final SweepListener listener;
  private List<RunRow> table = List.of();
  private final List<PeerRuntime> peers;

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
    this.config = config;
    this.device = device;
    this.cache = cache;
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
    for (Group group : sameGroups(variants)) {
      for (TaskInput input : group.data()) {
        shared.add(input, "evaluation");
        if (learns(variants)) {
          shared.add(input.task().loadTraining(config.source(cache), 0), "training");
        }
      }
    }
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
    for (Group group : groups(Tasks.get(config.tasks()))) {
      try (PreparedModel model = prepare(group, open(group), variants)) {
        for (SweepTask task : model.tasks()) {
          for (Variant variant : variants) {
            Cell cell = model.cell(group.name(), variant, task);
            cells.put(cell.id(config, deviceKind, model.probe().seqLen()), cell);
            for (PeerRuntime peer : peers) {
              Cell beside = cell.in(peer);
              cells.put(beside.id(config, deviceKind, model.probe().seqLen()), beside);
            }
          }
        }
      }
    }
    return cells;
  }

  private static boolean learns(List<Variant> variants) {
    return variants.stream().anyMatch(variant -> !variant.isDense() && variant.dependsOnTask());
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
    for (Group group : sameGroups(variants)) {
      try (PreparedModel model = prepare(group, open(group), List.of())) {
        for (Variant variant : variants) {
          for (SweepTask task : model.tasks()) {
            Cell cell = model.cell(group.name(), variant, task);
            cells.add(identified(cell, record, deviceKind, model.probe().seqLen()));
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
          cells.add(identified(cell, record, deviceKind, LostModel.seqLen(config)));
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
    List<Group> groups = sameGroups(variants);
    int cells = groups.stream().mapToInt(group -> group.data().size()).sum();
    cells *= variants.size() * (1 + peers.size());
    try (Output output = new Output(record, cells, choice)) {
      List<BrokenModel> broken = new ArrayList<>();
      for (Group group : groups) {
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
  private Optional<BrokenModel> run(Group group, List<Variant> variants, Output output) {
    PreparedModel model;
    LoadedModel loaded = null;
    try {
      output.requireMemory(group);
      loaded = load(group);
      model = prepare(group, loaded, variants);
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
              peers)
          .run(variants);
    }
    return Optional.empty();
  }

  private void fail(BrokenModel broken, List<Variant> variants, Output output) {
    output.open();
    listener.note("model " + broken.lost().name() + " is left out: " + broken.reason());
    int seqLen = LostModel.seqLen(config);
    FailedCells failed = new FailedCells(rows(output.record, seqLen), output.log(seqLen));
    broken.lost().fail(variants, peers, broken.failure(), broken.loading(), failed);
  }

  private RowFactory rows(SweepRecord record, int seqLen) {
    return new RowFactory(config, device, record.runId(), record.provenance(), seqLen);
  }

  private LoadedModel load(Group group) {
    return open(group).in(config.storage());
  }

  private LoadedModel open(Group group) {
    return LoadedModel.open(group.directory(), config.matrices(), device);
  }

  /**
   * Prepares a model for its tasks, and reads what the variants learn from: what is missing shows
   * before anything is written.
   *
   * @param loaded closed if that fails
   */
  private PreparedModel prepare(Group group, LoadedModel loaded, List<Variant> variants) {
    List<SweepTask> tasks = new ArrayList<>();
    try {
      LatencyProbe probe =
          new LatencyProbe(
              config.latency(),
              config.batchSize(),
              config.seqLen(),
              config.rounds(),
              loaded.model().info());
      PeerCells.check(peers, loaded.model().info());
      List<LinearSlot> slots = SlotSelection.select(loaded.model().slots(), config.layers());
      for (TaskInput input : group.data()) {
        Evaluation evaluation = input.evaluation(loaded, BOOTSTRAP_SEED);
        tasks.add(new SweepTask(loaded, input.task(), evaluation, config, cache));
      }
      if (learns(variants)) {
        tasks.forEach(SweepTask::training);
      }
      variants.stream()
          .filter(variant -> !variant.isDense() && variant.needsCalibration())
          .forEach(variant -> tasks.forEach(task -> task.split(variant)));
      return new PreparedModel(loaded, probe, slots, tasks);
    } catch (RuntimeException | Error e) {
      loaded.close();
      throw e;
    }
  }

  /** A cell is the same on each of a machine's GPUs. */
  private static String deviceKind(Device device) {
    return device.id().replaceFirst(":.*", "");
  }

  /** All data, which must be that of the results there are. */
  private List<Group> sameGroups(List<Variant> variants) {
    List<Group> groups = groups(Tasks.get(config.tasks()));
    EarlierData.require(
        config.out(),
        groups.stream().flatMap(group -> group.data().stream()).toList(),
        learns(variants) ? input -> input.task().loadTraining(config.source(cache), 0) : null);
    return groups;
  }

  /** The data of every model directory: the tasks that one directory serves are run together. */
  private List<Group> groups(List<Task> tasks) {
    List<Group> groups = new ArrayList<>();
    for (String name : config.models()) {
      ModelSource source = ModelSources.of(name, cache);
      Map<Path, List<TaskInput>> byDirectory = new LinkedHashMap<>();
      for (Task task : tasks) {
        byDirectory
            .computeIfAbsent(source.directory(task.name()), directory -> new ArrayList<>())
            .add(load(task));
      }
      byDirectory.forEach((directory, served) -> groups.add(new Group(name, directory, served)));
    }
    return groups;
  }

  private TaskInput load(Task task) {
    TaskInput input = task.load(config.source(cache), config.limit());
    if (!input.isScored()) {
      throw new InputException(
          input.source()
              + " has no labels to score; 'lrfbench eval --predictions FILE' writes predictions");
    }
    return input;
  }

  private record Group(String name, Path directory, List<TaskInput> data) {
    LostModel lost() {
      return LostModel.of(name, directory, data);
    }
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
    void requireMemory(Group group) {
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
