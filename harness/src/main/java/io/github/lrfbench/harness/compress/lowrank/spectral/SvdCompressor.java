package io.github.lrfbench.harness.compress.lowrank.spectral;

import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.LowRankMethod;
import io.github.lrfbench.harness.compress.lowrank.WeightedSvd;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The method {@code svd}: every matrix is replaced by its best approximation of a rank in the
 * Frobenius norm (Eckart and Young 1936), whatever its inputs are.
 */
public final class SvdCompressor extends LowRankMethod {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "svd",
        "truncated singular value decomposition of the weights",
        "Eckart and Young 1936",
        Set.of(Need.WEIGHTS),
        "",
        options());
  }

  @Override
  protected List<LowRankFactorization> decompose(DecompositionRequest request) {
    return WeightedSvd.decompose(request);
  }

  @Override
  protected Map<String, String> constants() {
    return Map.of("split", "sqrt");
  }
}
