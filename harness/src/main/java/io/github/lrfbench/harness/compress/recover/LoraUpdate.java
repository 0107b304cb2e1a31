package io.github.lrfbench.harness.compress.recover;

import io.github.lrfbench.harness.compress.lowrank.Replacing;
import io.github.lrfbench.harness.compress.lowrank.spectral.SvdLlmCompressor;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LinearChain;
import io.github.lrfbench.harness.linear.LoraLinear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.train.TrainingSettings;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * SVD-LLM's update of the factors by training (Wang et al. 2025): adapters beside the left factors
 * of all matrices are trained and multiplied out, then adapters beside the right ones. At any time
 * one factor of every matrix stays as it is, which the authors found better than to train both.
 */
public final class LoraUpdate {
  private static final int RANK = 8;
  private static final double ALPHA = 16;
  private static final double DROPOUT = 0.05;
  private static final int BATCH_SIZE = 64;

  private final CompressionRequest request;
  private final SplittableRandom random;

  LoraUpdate(CompressionRequest request) {
    this.request = request;
    this.random = new SplittableRandom(request.seed());
  }

  /** What training makes of truncated factors. */
  public static Compression of(CompressionRequest request, Compression truncated) {
    Map<String, Linear> factors = truncated.replacements();
    if (!factors.isEmpty()) {
      LoraUpdate update = new LoraUpdate(request);
      factors = update.train(update.train(factors, true), false);
    }
    return new Compression(
        Map.copyOf(factors),
        reports(request, truncated, factors),
        parameters(truncated.parameters()));
  }

  /** Trains one factor of every matrix. */
  Map<String, Linear> train(Map<String, Linear> factors, boolean left) {
    TrainingSettings settings =
        TrainingSettings.standard(
            request.options().count(SvdLlmCompressor.EPOCHS),
            request.options().number(SvdLlmCompressor.RATE),
            BATCH_SIZE,
            request.seed());
    try (Scope scratch = request.scope().device().openScope()) {
      Map<String, Linear> adapted = new HashMap<>();
      for (LinearSlot slot : request.slots()) {
        if (factors.get(slot.name()) instanceof LowRankLinear linear) {
          adapted.put(slot.name(), adapt(linear, left, random, scratch));
        }
      }
      Map<String, Linear> trained =
          ReplacementTraining.train(
              request,
              adapted,
              weight -> weight.endsWith(LoraLinear.A) || weight.endsWith(LoraLinear.B),
              settings,
              null,
              scratch);
      trained.replaceAll((slot, chain) -> ((LinearChain) chain).merge(request.scope()));
      return trained;
    }
  }

  /**
   * Factors of which one has an adapter that changes nothing yet.
   *
   * @param left whether it is U, the second
   */
  static LinearChain adapt(
      LowRankLinear linear, boolean left, SplittableRandom random, Scope scope) {
    LinearChain chain = LinearChain.of(linear);
    int rank = Math.min(RANK, linear.rank());
    Linear base = left ? chain.second() : chain.first();
    LoraLinear adapter = LoraLinear.draw(base, rank, ALPHA / rank, DROPOUT, random, scope);
    return left
        ? new LinearChain(chain.first(), adapter)
        : new LinearChain(adapter, chain.second());
  }

  private static List<LayerReport> reports(
      CompressionRequest request, Compression truncated, Map<String, Linear> factors) {
    Replacing replacing = new Replacing(request);
    List<LayerReport> layers = new ArrayList<>();
    for (int i = 0; i < request.slots().size(); i++) {
      LayerReport before = truncated.layers().get(i);
      LinearSlot slot = request.slots().get(i);
      Linear now = factors.get(slot.name());
      // Training is of all matrices together: what a report tells is the truncation's time.
      long start = System.nanoTime() - Math.round(before.seconds() * 1e9);
      layers.add(
          now == null
              ? before
              : replacing.report(slot, now, before.rank(), trained(before.diagnostics()), start));
    }
    return layers;
  }

  /** Dropped singular values say nothing of factors that were trained. */
  private static Diagnostics trained(Diagnostics before) {
    String note = before.note().isEmpty() ? "trained" : before.note() + "; trained";
    return new Diagnostics(
        before.algorithm(), Double.NaN, Double.NaN, before.condition(), before.ridge(), note);
  }

  private static Map<String, String> parameters(Map<String, String> of) {
    Map<String, String> parameters = new TreeMap<>(of);
    parameters.put("lora_r", Integer.toString(RANK));
    parameters.put("lora_alpha", Integer.toString((int) ALPHA));
    parameters.put("lora_dropout", Double.toString(DROPOUT));
    parameters.put("batch_size", Integer.toString(BATCH_SIZE));
    return parameters;
  }
}
