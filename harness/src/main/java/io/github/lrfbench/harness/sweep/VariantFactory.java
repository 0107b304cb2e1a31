package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.Scope;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Makes the variants of one model; they share its decompositions. */
final class VariantFactory {
  private final Model dense;
  private final List<LinearSlot> slots;
  private final FactorizationCache cache;

  /**
   * A factory.
   *
   * @param slots the matrices to compress
   * @param cache shared by all variants
   */
  VariantFactory(Model dense, List<LinearSlot> slots, FactorizationCache cache) {
    this.dense = dense;
    this.slots = slots;
    this.cache = cache;
  }

  /** A variant, made in full precision whatever it is run in; see {@link #makeIn}. */
  CompressedModel make(Variant variant, SweepTask task, Consumer<String> progress) {
    return dense.device().inFull(() -> makeIn(variant, task, progress));
  }

  /**
   * A variant; the caller closes it. Errors of outputs are measured of those that need training
   * examples anyway, whatever other variants of the sweep need.
   *
   * @param task what it is made for; null for a variant that is the same for all of several tasks
   * @param progress receives in a few words how far a long search is
   */
  private CompressedModel makeIn(Variant variant, SweepTask task, Consumer<String> progress) {
    if (variant.isDense()) {
      Compression nothing = new Compression(Map.of(), List.of(), Map.of());
      return new CompressedModel(
          dense,
          false,
          nothing,
          CompressedModel.Learned.NOTHING,
          CompressedModel.Seconds.NONE,
          Map.of());
    }
    Calibrator statistics = null;
    double calibrated = 0;
    Map<String, Long> before = dense.device().fallbacks();
    long start = System.nanoTime();
    if (variant.needsCalibration()) {
      statistics = task.calibrator(variant);
      calibrated = statistics.seconds();
    }
    try (Scope scratch = dense.device().openScope()) {
      Compression compression =
          variant.job().run(dense, slots, statistics, cache, scratch, progress);
      Model model = compression.model(dense);
      double all = (System.nanoTime() - start) / 1e9;
      double calibration = statistics == null ? 0 : statistics.seconds() - calibrated;
      if (!variant.recovery().trains()) {
        return new CompressedModel(
            model,
            true,
            compression,
            learned(variant, task, statistics),
            new CompressedModel.Seconds(calibration, all - calibration, 0),
            since(before));
      }
      Model copy;
      try (model) {
        copy = model.copy();
      }
      double trained = train(copy, variant, task);
      return new CompressedModel(
          copy,
          true,
          compression,
          learned(variant, task, statistics),
          new CompressedModel.Seconds(calibration, all - calibration, trained),
          since(before));
    }
  }

  private Map<String, Long> since(Map<String, Long> before) {
    Map<String, Long> fallbacks = new TreeMap<>();
    dense
        .device()
        .fallbacks()
        .forEach(
            (routine, count) -> fallbacks.put(routine, count - before.getOrDefault(routine, 0L)));
    fallbacks.values().removeIf(count -> count == 0);
    return fallbacks;
  }

  private static CompressedModel.Learned learned(
      Variant variant, SweepTask task, Calibrator statistics) {
    if (!variant.dependsOnTask()) {
      return CompressedModel.Learned.NOTHING;
    }
    // A head is solved from hidden states, of which its parameters tell.
    boolean collects = statistics != null && !variant.method().solvesHead();
    int heldOut = collects ? statistics.heldOutExamples(variant.job().heldOut()) : 0;
    return new CompressedModel.Learned(
        task.trainingHash(),
        collects ? (long) statistics.examples() : null,
        heldOut > 0 ? (long) heldOut : null);
  }

  /** Trains a model that owns its weights; returns how long it took. */
  private double train(Model model, Variant variant, SweepTask task) {
    try {
      return variant.recovery().train(model, dense, task.training(), variant.seed());
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }
}
