package io.github.lrfbench.harness.compress.lowrank.spectral;

import io.github.lrfbench.harness.compress.lowrank.CentredSecondMoment;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.LowRankMethod;
import io.github.lrfbench.harness.compress.lowrank.OutputProjection;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import java.util.List;
import java.util.Set;

/**
 * The method {@code lord}: outputs are projected on the largest eigenvectors of their covariance
 * and the bias makes up for their mean, Ŵ = U Uᵀ W and b̂ = b + (W − Ŵ) μ (Kaushal et al. 2023,
 * "LORD: low rank decomposition of monolingual code LLMs", after the atomic feature mimicking of Yu
 * and Wu 2023). No other matrix and bias of that rank come closer to the outputs.
 */
public final class LordCompressor extends LowRankMethod {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "lord",
        "closest outputs on calibration data when the bias may move too",
        "Kaushal et al. 2023",
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS),
        "drone on centred inputs",
        options(compensatedBias(), tokens()));
  }

  @Override
  protected List<LowRankFactorization> decompose(DecompositionRequest request) {
    return OutputProjection.decompose(
        request, slot -> new CentredSecondMoment(request.statistics().moments(slot)));
  }
}
