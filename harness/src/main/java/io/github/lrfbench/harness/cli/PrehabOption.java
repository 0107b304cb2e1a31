package io.github.lrfbench.harness.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.compress.recover.PrehabCompressor;
import io.github.lrfbench.harness.compress.recover.WhitenedWeights;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.source.TaskModel;
import io.github.lrfbench.kernels.InputException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** The option that has matrices trained towards what truncation loses little of. */
@OptionTopic.Of(OptionTopic.TRAINING)
final class PrehabOption {
  @Option(
      names = "--prehab",
      paramLabel = "OPTION=VALUE",
      arity = "0..1",
      fallbackValue = "penalty=stable-rank",
      description =
          "Train only the dense matrices that --layers names, all by default, with a penalty on what a later compression "
              + "loses, in coordinates in which their inputs are white: the stage 'prehab' of 'lrfbench list methods', "
              + "whose options penalty, lambda and keep may follow, by colons. Published with --batch-size 64 --grad-clip "
              + "0; weights do not decay.")
  private String options;

  /** Whether it is asked for. */
  boolean isGiven() {
    return options != null;
  }

  private MethodSpec stage() {
    return MethodSpec.parse("prehab:" + options);
  }

  /**
   * Checks what it goes with, before anything long is begun.
   *
   * @throws InputException if it has no such options, or something else is trained
   */
  void requireNothingElse(boolean adapting, boolean compressing) {
    if (!isGiven()) {
      return;
    }
    PrehabCompressor.settings(stage().options());
    if (adapting || compressing) {
      throw new InputException(
          "--prehab trains dense matrices before they are compressed, not with "
              + (adapting
                  ? "--lora-r"
                  : "a budget: compress what it writes, or give --method prehab+svd alone"));
    }
  }

  /**
   * The coordinates of a training; null where it is not asked for.
   *
   * @param name of the model, as the user called it
   * @param slots the matrices to train, those of them that are dense
   * @param statistics are asked for where they are needed
   * @throws InputException if the model is not ready
   */
  WhitenedWeights prepare(
      TaskModel source,
      String name,
      boolean fromScratch,
      List<LinearSlot> slots,
      Supplier<Calibrator> statistics) {
    if (!isGiven()) {
      return null;
    }
    if (fromScratch || !source.drawn().isEmpty()) {
      throw new InputException(
          "--prehab trains no head, and that of " + name + " is drawn anew: fine-tune it first");
    }
    try (Calibrator calibrator = statistics.get()) {
      return new WhitenedWeights(
          slots, calibrator.moments(), PrehabCompressor.settings(stage().options()));
    }
  }

  /** What the result depends on, where it is asked for. */
  void describe(ObjectNode block, CompressionOptions compression) {
    if (isGiven()) {
      block.put("prehab", stage().text()).put("calibration", compression.calibration.examples());
      block.put("layers", String.join("|", compression.layers));
    }
  }

  /** What came of it. */
  void report(WhitenedWeights whitened, PrintWriter out) {
    out.printf(Locale.ROOT, "stable_rank_before\t%.4f%n", whitened.stableRankBefore());
    out.printf(Locale.ROOT, "stable_rank_after\t%.4f%n", whitened.stableRank());
  }
}
