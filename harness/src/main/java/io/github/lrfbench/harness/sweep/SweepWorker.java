package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.sweep.SweepTimes.Phase;
import io.github.lrfbench.kernels.Device;

/**
 * Runs cells of a sweep on one device. Model, statistics and decompositions are the worker's own;
 * it shares with others what a {@link SharedModel} holds. Used by one thread.
 */
final class SweepWorker {
  private final Device device;
  private final SweepModels models;
  private final CellsBeside beside;
  private final SweepOutput output;

  SweepWorker(Device device, SweepModels models, CellsBeside beside, SweepOutput output) {
    this.device = device;
    this.models = models;
    this.beside = beside;
    this.output = output;
  }

  Device device() {
    return device;
  }

  /** Takes turns at a model until there are none, or the model or the device fails. */
  void run(SharedModel shared) {
    SweepModels.Group group = shared.group();
    SweepTimes times = output.record().times(device.id());
    PreparedModel model;
    LoadedModel loaded = null;
    try {
      output.requireMemory(group, device);
      loaded = times.time(Phase.LOAD, () -> models.load(group));
      LoadedModel read = loaded;
      model = times.time(Phase.LOAD, () -> models.prepare(group, read, shared.variants()));
    } catch (RuntimeException | VirtualMachineError failure) {
      if (!device.isLost()) {
        shared.breakOn(device, new BrokenModel(group.lost(), failure, loaded == null));
      }
      return;
    }
    try (model;
        FactorizationCache decompositions = new FactorizationCache(device)) {
      output.open();
      if (shared.tellsNow()) {
        WorkersProgress progress = output.progress();
        model.loaded().notes().forEach(progress::note);
        model.tasks().forEach(task -> task.evaluation().notes().forEach(progress::note));
        group.data().forEach(input -> input.deviation().ifPresent(progress::note));
      }
      VariantFactory factory =
          new VariantFactory(model.loaded().model(), model.slots(), decompositions);
      int seqLen = model.probe().seqLen();
      ModelSweep sweep =
          new ModelSweep(
              group.name(),
              model,
              factory,
              output.rows(device, seqLen),
              output.log(shared, device, seqLen),
              output.record().warnings(),
              beside,
              times,
              output.record().timings(),
              output.timesEach());
      sweep.run(shared.turns());
      if (device.isLost()) {
        shared.leave(device, sweep);
      }
    }
  }
}
