package io.github.lrfbench.harness.compress.recover;

import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The stage {@code lora}: SVD-LLM's update of factors by training (Wang et al. 2025). Adapters
 * beside the left factors of all matrices are trained and multiplied out, then adapters beside the
 * right ones. At any time one factor of every matrix stays as it is, which the authors found better
 * than to train both. Matrices that are no two factors stay as they are.
 */
public final class LoraUpdateCompressor implements Compressor {
  static final String EPOCHS = "epochs";
  static final String RATE = "lr";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "lora",
        "adapters beside one factor of every matrix, trained and multiplied out",
        "Wang et al. 2025",
        Set.of(Need.TRAINING),
        "the end of svdllm:update=lora",
        List.of(
            MethodOption.count(EPOCHS, 3, 1, 1000),
            MethodOption.number(RATE, 1e-4, 1e-9, 0.5),
            SelectOption.OPTION));
  }

  @Override
  public Takes takes() {
    return Takes.ALL;
  }

  @Override
  public Compression compress(CompressionRequest request) {
    long start = System.nanoTime();
    Map<String, Linear> factors = new HashMap<>();
    for (LinearSlot slot : request.slots()) {
      if (slot.linear().factors() != null) {
        factors.put(slot.name(), slot.linear());
      }
    }
    if (!factors.isEmpty()) {
      LoraUpdate update = new LoraUpdate(request);
      factors = update.train(update.train(factors, true), false);
    }
    Map<String, String> parameters = new TreeMap<>(request.options().values());
    parameters.putAll(LoraUpdate.constants());
    return new Compression(
        Map.copyOf(factors), Trained.reports(request, factors, start), parameters);
  }
}
