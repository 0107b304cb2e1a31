package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.peer.PeerRuntime;
import io.github.lrfbench.harness.result.OutputDirectory;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.source.TaskInput;
import io.github.lrfbench.harness.sweep.SweepTimes.Phase;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a sweep on one device, or on several of a kind at once. */
public final class SweepRunner {
  /** One that calls kernels, and one for the JVM's own threads. */
  private static final int PROCESSORS_PER_DEVICE = 2;

  private final SweepConfig config;
  private final List<Device> devices;
  private final Path cache;
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
    this(config, List.of(device), cache, listener);
  }

  /**
   * A runner on several devices.
   *
   * @param devices of one kind, each of them once; a processor alone
   */
  public SweepRunner(SweepConfig config, List<Device> devices, Path cache, SweepListener listener) {
    this(config, devices, cache, listener, config.peers().stream().map(PeerRuntime::of).toList());
  }

  /** A runner with peers of its own in the place of those that the settings name. */
  SweepRunner(
      SweepConfig config,
      List<Device> devices,
      Path cache,
      SweepListener listener,
      List<PeerRuntime> peers) {
    this.peers = peers;
    this.beside = new CellsBeside(peers, config.exits());
    this.config = config;
    if (devices.stream().map(Device::id).distinct().count() != devices.size()) {
      throw new IllegalArgumentException("a device measures badly beside itself");
    }
    this.devices = List.copyOf(devices);
    this.cache = cache;
    this.models = models(devices.get(0));
    this.listener = listener;
  }

  private SweepModels models(Device device) {
    return new SweepModels(config, device, cache, peers);
  }

  /**
   * Looks for everything that the user named, without changing anything.
   *
   * @param shared the data of the grids before it, to which this one's is added
   * @throws io.github.lrfbench.kernels.InputException if something is missing or wrong, or other
   *     data than that of a grid before it
   */
  public void check(GridData shared) {
    PeerCells.check(peers, config, devices.get(0));
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
    PeerCells.check(peers, config, devices.get(0));
    List<SharedModel> shared = new ArrayList<>();
    SweepTimes times = record.times(devices.get(0).id());
    for (SweepModels.Group group : times.time(Phase.LOAD, () -> models.agreeing(variants))) {
      shared.add(new SharedModel(group, variants, devices));
    }
    int cells = shared.stream().mapToInt(model -> model.group().data().size()).sum();
    cells *= variants.size() * beside.factor();
    WorkersProgress progress = new WorkersProgress(listener, devices);
    int processors = Runtime.getRuntime().availableProcessors();
    if (devices.size() > 1 && processors < PROCESSORS_PER_DEVICE * devices.size()) {
      progress.note(
          devices.size()
              + " devices share "
              + processors
              + " processors: short calls may take longer than on one device");
    }
    try (SweepOutput output = new SweepOutput(config, devices, record, choice, cells, progress)) {
      List<SweepWorker> workers =
          devices.stream()
              .map(device -> new SweepWorker(device, models(device), beside, output))
              .toList();
      new SweepWorkers(workers, shared, beside, output).run();
      List<RunRow> rows = new ArrayList<>();
      List<RunRow> all = new ArrayList<>();
      for (SharedModel model : shared) {
        model
            .cells()
            .ifPresent(
                known -> {
                  rows.addAll(known.leftOut());
                  all.addAll(known.rows(model.order()));
                });
      }
      table = List.copyOf(all);
      rows.addAll(output.finish());
      return rows;
    }
  }

  /** The rows of all cells of the last run in their order, those of earlier calls included. */
  public List<RunRow> table() {
    return table;
  }

  private RowFactory rows(SweepRecord record, int seqLen) {
    return new RowFactory(config, devices.get(0), record.runId(), record.provenance(), seqLen);
  }
}
