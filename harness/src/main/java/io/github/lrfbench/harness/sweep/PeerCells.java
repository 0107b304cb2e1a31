package io.github.lrfbench.harness.sweep;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.InputLayer;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.onnx.OnnxExport;
import io.github.lrfbench.harness.peer.Peer;
import io.github.lrfbench.harness.peer.PeerException;
import io.github.lrfbench.harness.peer.PeerRuntime;
import io.github.lrfbench.harness.peer.PeerRuntime.Format;
import io.github.lrfbench.harness.peer.TemporaryFolder;
import io.github.lrfbench.harness.result.OutputException;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.sweep.MemoryNeed.Step;
import io.github.lrfbench.harness.train.TrainedCheckpoint;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * The cells beside ours, of models that other runtimes run: a variant is written as a checkpoint or
 * as ONNX, opened by the peer, and timed in turns with ours, once for all tasks.
 */
record PeerCells(
    List<PeerRuntime> runtimes,
    LoadedModel loaded,
    LatencyProbe probe,
    RowFactory rows,
    CellLog log,
    FailedCells failed) {
  /** Of checkpoints: others would be multiplied out in every pass, or by many small operations. */
  private static final Set<String> FORMS = Set.of("dense", "lowrank", "chain");

  private static final Set<String> OTHER_FORMS =
      Set.of(
          "int8",
          "kronecker",
          "cp",
          "tucker",
          "tt",
          "joint-attention",
          "basis-sharing",
          "safe",
          "vo-heads",
          "embedding-svd",
          "embedding-kronecker");

  /**
   * Looks whether peers are there, and can do what is asked for.
   *
   * @throws InputException if not
   */
  static void check(List<PeerRuntime> runtimes, SweepConfig config, Device device) {
    if (runtimes.isEmpty()) {
      return;
    }
    require(device.id().equals("cpu"), "is timed on the processor only; give --device cpu");
    require(config.dtype().equals("fp32"), "computes in fp32 only, not " + config.dtype());
    require(config.latency() == LatencyKind.FORWARD, "is timed with --latency forward only");
    runtimes.forEach(runtime -> checkForms(runtime, config));
    runtimes.forEach(PeerRuntime::version);
  }

  private static void checkForms(PeerRuntime runtime, SweepConfig config) {
    if (runtime.format() == Format.ONNX) {
      return;
    }
    for (Variant variant : SweepPlan.variants(config)) {
      for (String stage : variant.method().text().split("\\++")) {
        String name = stage.split("[:@]")[0];
        require(!OTHER_FORMS.contains(name), onlyForms(runtime, name));
      }
    }
  }

  private static String onlyForms(PeerRuntime runtime, String other) {
    return runtime.name() + " runs dense and low-rank matrices only, not " + other;
  }

  /**
   * Looks whether peers can run a model.
   *
   * @throws InputException if not
   */
  static void check(List<PeerRuntime> runtimes, ModelInfo info) {
    for (PeerRuntime runtime : runtimes) {
      require(
          runtime.format() == Format.ONNX || info.output() != ModelInfo.Output.EMBEDDING,
          runtime.name() + " runs no sentence encoders");
    }
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new InputException("--peer " + message);
    }
  }

  /** Runs those beside ours of one variant that are open. */
  void run(List<Cell> own, CompressedModel compressed) {
    for (PeerRuntime runtime : runtimes) {
      List<Cell> open =
          own.stream().map(cell -> cell.in(runtime)).filter(cell -> !log.isDone(cell)).toList();
      if (!open.isEmpty()) {
        run(runtime, open, compressed);
      }
    }
  }

  private void run(PeerRuntime runtime, List<Cell> open, CompressedModel compressed) {
    Instant startedAt = Instant.now();
    log.working(open.get(0).describe());
    try {
      PeerTiming timing = time(runtime, compressed);
      for (Cell cell : open) {
        String id = log.id(cell);
        log.write(
            cell,
            rows.ofPeer(cell, id, startedAt, loaded.model(), compressed, timing),
            List.of(),
            rows.samples(id, timing.timing().rounds(), PeerTiming.SUBJECTS),
            List.of());
      }
    } catch (OutputException e) {
      throw e;
    } catch (RuntimeException | OutOfMemoryError failure) {
      for (Cell cell : open) {
        if (!log.isDone(cell)) {
          failed.fail(cell, startedAt, Step.TIME, failure);
        }
      }
    }
  }

  private PeerTiming time(PeerRuntime runtime, CompressedModel compressed) {
    Model model = compressed.model();
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      Path written = folder.path().resolve("model");
      switch (runtime.format()) {
        case CHECKPOINT -> writeCheckpoint(runtime, model, written);
        case ONNX -> OnnxExport.writeForward(model, written);
      }
      try (Peer peer = runtime.open(written, model.device().threads())) {
        return probe.measure(model, peer);
      }
    }
  }

  private void writeCheckpoint(PeerRuntime runtime, Model model, Path directory) {
    InputLayer input = model.transformer().input();
    if (!input.isCommon()) {
      throw new PeerException("--peer " + onlyForms(runtime, input.form()));
    }
    for (Linear linear : model.linears().values()) {
      if (!FORMS.contains(linear.form())) {
        throw new PeerException("--peer " + onlyForms(runtime, linear.form()));
      }
    }
    try (Checkpoint source = Checkpoint.open(loaded.transformer())) {
      ObjectNode block = JsonNodeFactory.instance.objectNode();
      new TrainedCheckpoint(model, source.config(), block, source.directory(), null)
          .write(directory);
    }
  }
}
