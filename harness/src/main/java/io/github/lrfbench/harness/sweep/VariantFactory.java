package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.compress.Compression;
import io.github.lrfbench.harness.compress.CompressionRequest;
import io.github.lrfbench.harness.compress.Compressors;
import io.github.lrfbench.harness.compress.svd.FactorCache;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.Scope;
import java.util.List;
import java.util.Map;

/** Makes the variants of one model; they share its factorizations. */
final class VariantFactory {
  private final Model dense;
  private final List<LinearSlot> slots;
  private final FactorCache factors;

  /**
   * A factory.
   *
   * @param slots the matrices to compress
   * @param factors shared by all variants
   */
  VariantFactory(Model dense, List<LinearSlot> slots, FactorCache factors) {
    this.dense = dense;
    this.slots = slots;
    this.factors = factors;
  }

  /** A variant; the caller closes it. */
  CompressedModel make(Variant variant) {
    if (variant.isDense()) {
      return new CompressedModel(dense, false, new Compression(Map.of(), List.of(), Map.of()), 0);
    }
    long start = System.nanoTime();
    try (Scope scratch = dense.device().openScope()) {
      CompressionRequest request =
          new CompressionRequest(dense, slots, variant.budget(), factors, scratch, variant.seed());
      Compression compression = Compressors.get(variant.method()).compress(request);
      Model model = dense.with(compression.replacements());
      double seconds = (System.nanoTime() - start) / 1e9;
      return new CompressedModel(model, true, compression, seconds);
    }
  }
}
