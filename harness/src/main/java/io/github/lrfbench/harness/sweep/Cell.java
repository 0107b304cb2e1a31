package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.input.TextFile;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;

/**
 * One cell of the grid.
 *
 * @param model as the user names it
 * @param revision what pins its weights
 * @param task the task's name
 * @param data what beside the task's name decides the examples; empty if nothing does
 * @param variant how the model is compressed
 */
record Cell(String model, String revision, String task, String data, Variant variant) {
  private static final int ID_LENGTH = 16;

  /** The same with another variant of the model. */
  Cell with(Variant other) {
    return new Cell(model, revision, task, data, other);
  }

  /** What a user reads in progress. */
  String describe() {
    return model + " " + variant.describe() + " on " + task;
  }

  /**
   * A hash of everything that determines the result, the same on every machine and in every order.
   * The dense model does not depend on which matrices a method would compress.
   */
  String id(SweepConfig config, String deviceKind, int seqLen) {
    String budget =
        variant.isDense() ? "" : variant.budget().kind() + "=" + variant.budget().value();
    String layers = variant.isDense() ? "" : String.join("|", config.layers());
    String key =
        String.join(
            "\n",
            "1",
            revision,
            task,
            variant.method().text(),
            budget,
            layers,
            Long.toString(variant.seed()),
            deviceKind,
            config.dtype(),
            Integer.toString(config.batchSize()),
            Integer.toString(seqLen),
            Integer.toString(config.maxLength()),
            Integer.toString(config.limit()));
    if (!data.isEmpty()) {
      key += "\ndata=" + data;
    }
    if (variant.recovery().trains()) {
      key += "\n" + variant.recovery().describe();
    }
    if (!variant.isDense() && !variant.allocation().isStandard()) {
      key += "\nallocate=" + variant.allocation().describe();
    }
    if (!variant.isDense() && variant.needsCalibration()) {
      key += "\ncalibration=" + config.calibration();
    }
    if (config.latency() != LatencyKind.FORWARD) {
      key += "\nlatency=" + config.latency().label();
    }
    if (!config.matrices().equals(Gpt2Options.DEFAULT)) {
      key += "\nsplit_qkv=" + config.matrices().splitQkv();
      key += "\nuntie_head=" + config.matrices().untieHead();
      key += config.matrices().latentCache() ? "\nlatent_cache=true" : "";
    }
    return TextFile.sha256(key).substring(0, ID_LENGTH);
  }
}
