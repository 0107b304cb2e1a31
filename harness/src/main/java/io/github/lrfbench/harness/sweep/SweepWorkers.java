package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.kernels.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The workers of a sweep, one on each of its devices. They go through the models in the order of
 * the plan; each takes the next variant that nobody has begun when it is free. What a lost device
 * leaves, and a model that one device cannot run, is left to the others; what no device can run
 * becomes failed rows.
 */
final class SweepWorkers {
  private final List<SweepWorker> workers;
  private final List<SharedModel> models;
  private final CellsBeside beside;
  private final SweepOutput output;
  private final List<String> lost = new ArrayList<>();
  private Throwable failure;

  SweepWorkers(
      List<SweepWorker> workers, List<SharedModel> models, CellsBeside beside, SweepOutput output) {
    this.workers = workers;
    this.models = models;
    this.beside = beside;
    this.output = output;
  }

  /**
   * Runs all cells; one device in the calling thread, several in a thread each.
   *
   * @throws io.github.lrfbench.kernels.InputException if every model is broken by what the user
   *     gave, and nothing is written
   */
  void run() {
    if (workers.size() == 1) {
      work(workers.get(0));
    } else {
      runThreads();
    }
    Optional<BrokenModel> broken =
        models.stream()
            .filter(SharedModel::isStuck)
            .flatMap(model -> model.broken().values().stream())
            .findFirst();
    if (broken.isPresent()) {
      // All of them, and nothing is written.
      broken.get().rethrow();
    }
    models.forEach(this::tellOfDevices);
  }

  private void runThreads() {
    List<Thread> threads = new ArrayList<>();
    for (SweepWorker worker : workers) {
      Thread thread = new Thread(() -> guard(worker), "sweep on " + worker.device().id());
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          // Devices and files are in use until the cells in hand are done.
          interrupted = true;
          endTurns();
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure != null) {
      throw (RuntimeException) failure;
    }
  }

  /** What is no cell's own failure, such as a full disk, ends the sweep on all devices. */
  private void guard(SweepWorker worker) {
    try {
      work(worker);
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        if (failure == null) {
          failure = e;
        } else if (failure != e) {
          failure.addSuppressed(e);
        }
      }
      endTurns();
    } finally {
      output.progress().idle(worker.device());
    }
  }

  private void endTurns() {
    models.forEach(model -> model.turns().end());
  }

  private void work(SweepWorker worker) {
    Device device = worker.device();
    for (SharedModel model : models) {
      try {
        if (!model.turns().areOver()) {
          worker.run(model);
        }
      } catch (RuntimeException e) {
        // What cannot be closed on a device that is lost tells nothing new.
        if (!device.isLost()) {
          throw e;
        }
      }
      if (device.isLost()) {
        lose(device);
        return;
      }
      settle();
    }
  }

  private synchronized void lose(Device device) {
    lost.add(device.id());
    output
        .progress()
        .note(
            device.id()
                + " is lost: what it is given fails from now on"
                + (lost.size() < workers.size() ? "; other devices run its cells" : ""));
    models.forEach(model -> model.leave(device));
    settle();
  }

  /** Writes the rows of models that no device can run, once anything may be written. */
  private synchronized void settle() {
    List<SharedModel> stuck = models.stream().filter(SharedModel::isStuck).toList();
    boolean writes =
        output.record().hasStarted()
            || stuck.stream()
                .anyMatch(
                    model ->
                        !model.broken().values().stream().allMatch(BrokenModel::isInput)
                            || model.broken().isEmpty());
    if (writes) {
      stuck.forEach(this::fail);
    }
  }

  private void fail(SharedModel model) {
    output.open();
    if (model.left().isPresent()) {
      model.left().get().fail(model.turns(), noDevice());
      return;
    }
    BrokenModel broken =
        model.broken().values().stream()
            .findFirst()
            .orElseGet(() -> new BrokenModel(model.group().lost(), noDevice(), false));
    output.progress().note("model " + broken.lost().name() + " is left out: " + broken.reason());
    Device device = model.broken().keySet().stream().findFirst().orElse(workers.get(0).device());
    broken
        .lost()
        .fail(
            model.variants(),
            beside,
            broken.failure(),
            broken.loading(),
            output.failures(model, device));
    model.turns().end();
  }

  private RuntimeException noDevice() {
    return new IllegalStateException(
        "not run, as " + String.join(", ", lost) + (lost.size() == 1 ? " is lost" : " are lost"));
  }

  /** Of a model that ran, the devices that did not run it. */
  private void tellOfDevices(SharedModel model) {
    for (Map.Entry<Device, BrokenModel> broken : model.broken().entrySet()) {
      if (model.cells().isPresent() && model.broken().size() < workers.size()) {
        output
            .progress()
            .note(
                broken.getKey().id()
                    + " ran no cell of model "
                    + broken.getValue().lost().name()
                    + ": "
                    + broken.getValue().reason());
      }
    }
  }
}
