package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.model.LinearSlot;
import java.util.List;

/** Truncated SVD of matrices as they are, not weighted by anything, shared through a cache. */
public final class PlainSvd {
  private PlainSvd() {}

  /**
   * The decomposition of a slot's matrix; it lives until the cache needs its memory.
   *
   * @param rank the largest that will be asked for
   * @param errors whether all singular values are wanted
   */
  public static LowRankFactorization of(
      FactorizationCache cache, LinearSlot slot, int rank, boolean errors) {
    FactorRequest.Target target = new FactorRequest.Target(slot, rank - 1, errors);
    FactorizationCache.Key key = new FactorizationCache.Key("plain", null, errors);
    return (LowRankFactorization)
        cache
            .get(
                key,
                List.of(target),
                (missing, scope) ->
                    WeightedSvd.decompose(
                        DecompositionRequest.of(
                            new FactorRequest(missing, MethodOptions.NONE, null, scope))))
            .get(0);
  }
}
