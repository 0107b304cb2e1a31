package io.github.lrfbench.harness.sweep;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * One cell of the grid.
 *
 * @param model as the user names it
 * @param revision what pins its weights
 * @param task the task's name
 * @param variant how the model is compressed
 */
record Cell(String model, String revision, String task, Variant variant) {
  private static final int ID_LENGTH = 16;

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
    if (variant.recovery().trains()) {
      key += "\n" + variant.recovery().describe();
    }
    if (!variant.isDense() && !variant.allocation().isStandard()) {
      key += "\nallocate=" + variant.allocation().describe();
    }
    if (!variant.isDense() && variant.needsCalibration()) {
      key += "\ncalibration=" + config.calibration();
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash).substring(0, ID_LENGTH);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
