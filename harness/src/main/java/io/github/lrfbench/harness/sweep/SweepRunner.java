package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.compress.SlotSelection;
import io.github.lrfbench.harness.compress.factor.DecompositionCache;
import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.result.OutputDirectory;
import io.github.lrfbench.harness.result.ResultsWriter;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.zoo.LoadedModel;
import io.github.lrfbench.harness.zoo.ModelSource;
import io.github.lrfbench.harness.zoo.ModelSources;
import io.github.lrfbench.harness.zoo.Task;
import io.github.lrfbench.harness.zoo.TaskInput;
import io.github.lrfbench.harness.zoo.Tasks;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a sweep on one device. */
public final class SweepRunner {
  /** Standard errors of all cells come from the same resamples of examples. */
  private static final long BOOTSTRAP_SEED = 0;

  private final SweepConfig config;
  private final Device device;
  private final Path cache;
  private final SweepListener listener;

  /**
   * A runner.
   *
   * @param cache where embedded models and data are unpacked
   */
  public SweepRunner(SweepConfig config, Device device, Path cache, SweepListener listener) {
    this.config = config;
    this.device = device;
    this.cache = cache;
    this.listener = listener;
  }

  /**
   * Looks for everything that the user named, without changing anything.
   *
   * @throws io.github.lrfbench.kernels.InputException if something is missing or wrong
   */
  public void check() {
    SweepPlan.variants(config);
    groups(Tasks.get(config.tasks()));
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
    List<Variant> variants = SweepPlan.variants(config);
    List<IdentifiedCell> cells = new ArrayList<>();
    for (Group group : groups(Tasks.get(config.tasks()))) {
      try (LoadedModel loaded = LoadedModel.open(group.directory(), config.matrices(), device)) {
        LatencyProbe probe = probe(loaded);
        SlotSelection.select(loaded.model().slots(), config.layers());
        RowFactory rows =
            new RowFactory(config, device, record.runId(), record.provenance(), probe.seqLen());
        List<SweepTask> tasks = prepare(loaded, group.data());
        for (Variant variant : variants) {
          for (SweepTask task : tasks) {
            Cell cell =
                new Cell(
                    group.name(),
                    loaded.revision(),
                    task.name(),
                    task.evaluation().facts().identity(),
                    variant);
            String id = cell.id(config, deviceKind, probe.seqLen());
            RunRow.Builder row = rows.identity(cell, id, Instant.now());
            cells.add(IdentifiedCell.of(id, cell, row, deviceKind));
          }
        }
        tasks.forEach(SweepTask::close);
      }
    }
    return cells;
  }

  private LatencyProbe probe(LoadedModel loaded) {
    return new LatencyProbe(
        config.latency(), config.batchSize(), config.seqLen(), loaded.model().info());
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
   *     memory in an earlier one
   * @throws io.github.lrfbench.kernels.InputException if something the user named is missing or
   *     wrong
   */
  public List<RunRow> run(SweepRecord record, CellChoice choice) {
    List<Variant> variants = SweepPlan.variants(config);
    OutputDirectory.check(config.out());
    List<Group> groups = groups(Tasks.get(config.tasks()));
    List<RunRow> written = new ArrayList<>();
    List<RunRow> leftOut = new ArrayList<>();
    int cells = groups.stream().mapToInt(group -> group.data().size()).sum() * variants.size();
    try (Output output = new Output(record, cells)) {
      for (Group group : groups) {
        try (LoadedModel loaded =
                LoadedModel.open(group.directory(), config.matrices(), device)
                    .in(config.storage());
            DecompositionCache cache = new DecompositionCache(device, config.budgets())) {
          CellLog log = runModel(group, loaded, cache, variants, choice, output);
          written.addAll(log.written());
          leftOut.addAll(log.leftOut());
        }
      }
      output.finish(written);
    }
    leftOut.addAll(written);
    return leftOut;
  }

  private CellLog runModel(
      Group group,
      LoadedModel loaded,
      DecompositionCache decompositions,
      List<Variant> variants,
      CellChoice choice,
      Output output) {
    LatencyProbe probe = probe(loaded);
    List<LinearSlot> slots = SlotSelection.select(loaded.model().slots(), config.layers());
    List<SweepTask> tasks = prepare(loaded, group.data());
    if (variants.stream().anyMatch(variant -> !variant.isDense() && variant.dependsOnTask())) {
      // What is missing shows before anything is written.
      tasks.forEach(SweepTask::training);
    }
    output.open();
    SweepRecord record = output.record;
    loaded.notes().forEach(listener::note);
    tasks.forEach(task -> task.evaluation().notes().forEach(listener::note));
    group.data().forEach(input -> input.deviation().ifPresent(listener::note));
    CellLog log =
        new CellLog(
            output.writer(),
            listener,
            cell -> cell.id(config, deviceKind(device), probe.seqLen()),
            new MemoryNeeds(config, device, probe.seqLen()),
            record.runId(),
            choice);
    RowFactory rows =
        new RowFactory(config, device, record.runId(), record.provenance(), probe.seqLen());
    boolean observesOutputs =
        variants.stream().anyMatch(variant -> variant.method().needsActivations());
    VariantFactory factory =
        new VariantFactory(loaded.model(), slots, decompositions, observesOutputs);
    try {
      new ModelSweep(group.name(), loaded, tasks, factory, probe, rows, log).run(variants);
    } finally {
      tasks.forEach(SweepTask::close);
    }
    return log;
  }

  /** A cell is the same on each of a machine's GPUs. */
  private static String deviceKind(Device device) {
    return device.id().replaceFirst(":.*", "");
  }

  private List<SweepTask> prepare(LoadedModel loaded, List<TaskInput> inputs) {
    List<SweepTask> tasks = new ArrayList<>();
    for (TaskInput input : inputs) {
      Evaluation evaluation = input.evaluation(loaded, BOOTSTRAP_SEED);
      tasks.add(new SweepTask(loaded, input.task(), evaluation, config, cache));
    }
    return tasks;
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

  private record Group(String name, Path directory, List<TaskInput> data) {}

  /**
   * The output directory, which is touched only when the first model and all data have been read.
   */
  private final class Output implements AutoCloseable {
    private final SweepRecord record;
    private final int cells;
    private ResultsWriter writer;

    Output(SweepRecord record, int cells) {
      this.record = record;
      this.cells = cells;
    }

    void open() {
      if (writer == null) {
        OutputDirectory.prepare(config.out());
        writer = ResultsWriter.open(config.out());
        record.writeStart(device);
        listener.started(cells);
      }
    }

    ResultsWriter writer() {
      return writer;
    }

    void finish(List<RunRow> rows) {
      record.writeEnd(device, rows);
    }

    @Override
    public void close() {
      if (writer != null) {
        writer.close();
      }
    }
  }
}
