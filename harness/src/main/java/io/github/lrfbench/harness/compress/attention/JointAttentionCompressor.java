package io.github.lrfbench.harness.compress.attention;

import io.github.lrfbench.harness.budget.EnergyOf;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The method {@code joint-attention}: queries and keys of a block together, so that their inner
 * products are closest, in fewer dimensions of every head (Chen et al. 2021). Other matrices stay
 * as they are, for the next stage of a chain.
 */
public final class JointAttentionCompressor implements Compressor {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "joint-attention",
        "closest inner products of queries and keys, in fewer dimensions of every head",
        "Chen et al. 2021",
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS),
        "the queries and keys of drone:attention=joint",
        List.of());
  }

  /** The scores are of whole queries and keys, not of what another form leaves over of them. */
  @Override
  public boolean triesInModel(MethodOptions options) {
    return true;
  }

  /** Its outputs are scores; other coordinates have no distance to the weights. */
  @Override
  public Set<EnergyOf> energies(MethodOptions options) {
    return Set.of(EnergyOf.OWN, EnergyOf.OUTPUTS);
  }

  @Override
  public Compression compress(CompressionRequest request) {
    request.requireBudget(info().name());
    JointAttention attention = new JointAttention(request);
    attention.run();
    return new Compression(Map.copyOf(attention.replacements()), attention.layers(), Map.of());
  }
}
