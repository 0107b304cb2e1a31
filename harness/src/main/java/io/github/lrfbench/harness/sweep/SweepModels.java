package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.compress.SlotSelection;
import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.exits.EarlyExit;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.peer.PeerRuntime;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.ModelSource;
import io.github.lrfbench.harness.source.ModelSources;
import io.github.lrfbench.harness.source.Task;
import io.github.lrfbench.harness.source.TaskInput;
import io.github.lrfbench.harness.source.Tasks;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The models of a sweep with their data: found, loaded and prepared to be compressed. */
final class SweepModels {
  /** Standard errors of all cells come from the same resamples of examples. */
  private static final long BOOTSTRAP_SEED = 0;

  private final SweepConfig config;
  private final Device device;
  private final Path cache;
  private final List<PeerRuntime> peers;

  /**
   * The models of a sweep.
   *
   * @param cache where embedded models and data are unpacked
   */
  SweepModels(SweepConfig config, Device device, Path cache, List<PeerRuntime> peers) {
    this.config = config;
    this.device = device;
    this.cache = cache;
    this.peers = peers;
  }

  /**
   * A model directory with the data of the tasks that it serves.
   *
   * @param name the model, as the user names it
   */
  record Group(String name, Path directory, List<TaskInput> data) {
    LostModel lost() {
      return LostModel.of(name, directory, data);
    }
  }

  /** All data, which must be that of the results there are. */
  List<Group> agreeing(List<Variant> variants) {
    List<Group> groups = all();
    EarlierData.require(
        config.out(),
        groups.stream().flatMap(group -> group.data().stream()).toList(),
        learns(variants) ? input -> input.task().loadTraining(config.source(cache), 0) : null);
    return groups;
  }

  /** The data of every model directory: the tasks that one directory serves are run together. */
  List<Group> all() {
    List<Group> groups = new ArrayList<>();
    for (String name : config.models()) {
      ModelSource source = ModelSources.of(name, cache);
      Map<Path, List<TaskInput>> byDirectory = new LinkedHashMap<>();
      for (Task task : Tasks.get(config.tasks())) {
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

  /** Adds the data of all models to that of the grids before, which must be the same. */
  void share(GridData shared, List<Variant> variants) {
    for (Group group : agreeing(variants)) {
      for (TaskInput input : group.data()) {
        shared.add(input, "evaluation");
        if (learns(variants)) {
          shared.add(input.task().loadTraining(config.source(cache), 0), "training");
        }
      }
    }
  }

  /** The model in the precision that is asked for. */
  LoadedModel load(Group group) {
    return open(group).in(config.storage(device));
  }

  /** The model as it is stored. */
  LoadedModel open(Group group) {
    return LoadedModel.open(group.directory(), config.matrices(), device);
  }

  /**
   * Prepares a model for its tasks, and reads what the variants learn from: what is missing shows
   * before anything is written.
   *
   * @param loaded closed if that fails
   */
  PreparedModel prepare(Group group, LoadedModel loaded, List<Variant> variants) {
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
      // Looks whether the model has exits, and the policies fit it.
      config.exits().forEach(policy -> new EarlyExit(loaded.model(), policy));
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

  /** Whether any of them reads training examples. */
  private static boolean learns(List<Variant> variants) {
    return variants.stream().anyMatch(variant -> !variant.isDense() && variant.dependsOnTask());
  }
}
