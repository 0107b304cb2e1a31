package io.github.lrfbench.harness.compress.lowrank.spectral;

import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.LowRankMethod;
import io.github.lrfbench.harness.compress.lowrank.OutputProjection;
import io.github.lrfbench.harness.compress.lowrank.SecondMoment;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The method {@code nsvd}: most of a rank goes to the matrix whose outputs on the calibration
 * tokens are closest, as {@code drone} makes it, and the rest to the truncated SVD of what that
 * leaves of the weights, whatever inputs are (arXiv 2503.17101). Tokens unlike those of the
 * calibration gain by it, and those of the calibration lose.
 *
 * <p>{@code first} is the share of a rank that the first stage has, rounded to a whole rank.
 */
public final class NsvdCompressor extends LowRankMethod {
  private static final String FIRST = "first";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "nsvd",
        "closest outputs with a part of the rank, closest weights with the rest",
        "NSVD, arXiv 2503.17101",
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS),
        "drone at first=1, svd at first=0",
        options(MethodOption.number(FIRST, 0.95, 0, 1), tokens()));
  }

  /** Where a second stage follows, its part of one rank is none of what a larger rank has. */
  @Override
  public boolean nests(MethodOptions options) {
    return options.number(FIRST) == 1;
  }

  @Override
  protected List<LowRankFactorization> decompose(DecompositionRequest request) {
    double share = request.options().number(FIRST);
    List<LowRankFactorization> firsts =
        OutputProjection.decompose(
            request, slot -> new SecondMoment(request.statistics().moments(slot)));
    List<LowRankFactorization> all = new ArrayList<>();
    for (int i = 0; i < firsts.size(); i++) {
      var slot = request.targets().get(i).slot();
      all.add(new TwoStages(slot, request.statistics().moments(slot), firsts.get(i), share));
    }
    return all;
  }
}
