package io.github.lrfbench.harness.compress.recover;

import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.linear.Chain;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LoraLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.train.TrainingSettings;
import io.github.lrfbench.kernels.Scope;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** One call of {@link LoraUpdateCompressor}. */
final class LoraUpdate {
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

  /** Trains one factor of every matrix. */
  Map<String, Linear> train(Map<String, Linear> factors, boolean left) {
    TrainingSettings settings =
        TrainingSettings.standard(
            request.options().count(LoraUpdateCompressor.EPOCHS),
            request.options().number(LoraUpdateCompressor.RATE),
            BATCH_SIZE,
            SelectOption.of(request.options()),
            request.seed());
    try (Scope scratch = request.scope().device().openScope()) {
      Map<String, Linear> adapted = new HashMap<>();
      for (LinearSlot slot : request.slots()) {
        Linear linear = factors.get(slot.name());
        if (linear != null) {
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
      trained.replaceAll((slot, chain) -> ((Chain) chain).merge(request.scope()));
      return trained;
    }
  }

  /**
   * Factors of which one has an adapter that changes nothing yet.
   *
   * @param left whether it is U, the second
   */
  static Chain adapt(Linear linear, boolean left, SplittableRandom random, Scope scope) {
    Chain chain = Chain.of(linear);
    int rank = Math.min(RANK, linear.rank());
    Linear base = left ? chain.second() : chain.first();
    LoraLinear adapter = LoraLinear.draw(base, rank, ALPHA / rank, DROPOUT, random, scope);
    return left ? new Chain(chain.first(), adapter) : new Chain(adapter, chain.second());
  }

  /** What the results shall tell beside the options. */
  static Map<String, String> constants() {
    Map<String, String> constants = new TreeMap<>();
    constants.put("lora_r", Integer.toString(RANK));
    constants.put("lora_alpha", Integer.toString((int) ALPHA));
    constants.put("lora_dropout", Double.toString(DROPOUT));
    constants.put("batch_size", Integer.toString(BATCH_SIZE));
    return constants;
  }
}
