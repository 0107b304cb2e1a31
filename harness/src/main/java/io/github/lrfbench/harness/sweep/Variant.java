package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.EnergyOf;
import io.github.lrfbench.harness.compress.CompressionJob;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.compress.spi.DenseBaseline;
import io.github.lrfbench.harness.result.RowLabel;
import io.github.lrfbench.harness.result.VariantSetting;
import io.github.lrfbench.harness.train.DistillationWeights;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * One way to compress a model.
 *
 * @param method the method with its options
 * @param budget what it may keep, or null for the dense model
 * @param allocation how the budget is shared out
 * @param recovery training afterwards
 * @param seed of everything random
 */
record Variant(
    MethodChain method, Budget budget, Allocation allocation, Recovery recovery, long seed) {
  /** A variant whose budget holds for every matrix alone. */
  Variant(MethodChain method, Budget budget, Recovery recovery, long seed) {
    this(method, budget, Allocation.UNIFORM, recovery, seed);
  }

  /** The model as it is. */
  static Variant dense(long seed) {
    return new Variant(MethodChain.parse(DenseBaseline.NAME), null, Recovery.NONE, seed);
  }

  boolean isDense() {
    return budget == null;
  }

  /** Whether it is made for one task, from the task's training examples. */
  boolean dependsOnTask() {
    return recovery.trains() || needsCalibration();
  }

  /** Whether statistics of the task's training examples are needed. */
  boolean needsCalibration() {
    return job().needsCalibration();
  }

  /** What is done to the dense model before any training. */
  CompressionJob job() {
    return new CompressionJob(method, budget, allocation, seed);
  }

  /** What a user reads in progress and plans. */
  String describe() {
    if (isDense()) {
      return method.text();
    }
    String text =
        String.format(Locale.ROOT, "%s %s %s", method.text(), budget.kind(), plain(budget.value()));
    if (budget.energyOf() != EnergyOf.OWN) {
      text += " of " + budget.energyOf().label();
    }
    if (!allocation.isStandard()) {
      text += " " + allocation.text();
    }
    return recovery.trains() ? text + " " + recovery.describe() : text;
  }

  /**
   * The name that its rows have for people, whatever the budget.
   *
   * @param config tells what holds for all variants of a sweep
   */
  String label(SweepConfig config) {
    if (isDense()) {
      return method.text();
    }
    Map<VariantSetting, String> settings = new EnumMap<>(VariantSetting.class);
    settings.put(VariantSetting.ENERGY_OF, budget.energyOf().label());
    settings.put(VariantSetting.ALLOCATE, allocation.name());
    settings.put(VariantSetting.ROUND_TO, Integer.toString(allocation.multiple()));
    if (recovery.trains()) {
      settings.put(
          VariantSetting.FINETUNE, RowLabel.finetune(recovery.epochs(), recovery.learningRate()));
      DistillationWeights weights = recovery.distillation();
      settings.put(VariantSetting.DISTILL, RowLabel.distill(weights.outputs(), weights.hidden()));
      settings.put(VariantSetting.DISTILL_ATTENTION, RowLabel.number(weights.attention()));
      settings.put(VariantSetting.DISTILL_SCORES, RowLabel.number(weights.scores()));
      settings.put(VariantSetting.FINETUNE_SELECT, recovery.selection().label());
    }
    if (needsCalibration()) {
      settings.put(VariantSetting.CALIBRATION, Integer.toString(config.calibration()));
    }
    settings.put(VariantSetting.LAYERS, RowLabel.layers(config.layers()));
    settings.put(VariantSetting.QKV, config.matrices().splitQkv() ? "split" : "whole");
    settings.put(VariantSetting.HEAD, config.matrices().untieHead() ? "untied" : "as stored");
    settings.put(VariantSetting.CACHE, config.matrices().latentCache() ? "latent" : "full");
    return RowLabel.of(method.text(), settings);
  }

  private static String plain(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
