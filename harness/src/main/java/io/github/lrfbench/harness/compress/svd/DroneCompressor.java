package io.github.lrfbench.harness.compress.svd;

import io.github.lrfbench.harness.compress.MethodInfo;
import io.github.lrfbench.harness.compress.MethodInfo.Need;
import io.github.lrfbench.harness.compress.MethodOption;
import io.github.lrfbench.harness.compress.MethodOptions;
import io.github.lrfbench.harness.compress.factor.Decomposition;
import io.github.lrfbench.harness.compress.factor.DecompositionRequest;
import io.github.lrfbench.harness.compress.factor.FactoringMethod;
import io.github.lrfbench.harness.compress.factor.OutputProjection;
import io.github.lrfbench.harness.compress.factor.SecondMoment;
import io.github.lrfbench.harness.compress.factor.SlotStatistics;
import io.github.lrfbench.harness.compress.factor.WeightedSvd;
import io.github.lrfbench.harness.compress.factor.Whitening;
import java.util.List;
import java.util.Set;

/**
 * The method {@code drone}: the matrix of a rank whose outputs on the calibration tokens X are
 * closest, min ‖W X − Ŵ X‖ (Chen et al. 2021, "DRONE: data-aware low-rank compression for large NLP
 * models").
 *
 * <p>{@code form=projection} computes it as U Uᵀ W, U being the largest left singular vectors of W
 * X. {@code form=literal} is the paper's formula U_W Z_k S_X⁻¹ U_Xᵀ, with U_X and S_X from the
 * eigenvectors of X Xᵀ and S_X⁻¹ a pseudo-inverse; both are the same where X Xᵀ is not singular.
 *
 * <p>{@code tolerance} above 1 searches for ranks as the paper does: it is the factor by which the
 * loss may grow in all, and the budget says how deep cuts may be.
 */
public final class DroneCompressor extends FactoringMethod {
  private static final String TOLERANCE = "tolerance";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "drone",
        "closest outputs on calibration data",
        "Chen et al. 2021",
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS),
        "svdllm and dalr:lambda=0, where the inputs span all directions",
        options(
            MethodOption.choice("form", "projection", "literal"),
            MethodOption.number(TOLERANCE, 1, 1, 1000)));
  }

  @Override
  public Set<Need> needs(MethodOptions options) {
    Set<Need> needs = super.needs(options);
    if (tolerance(options) > 1) {
      needs.add(Need.LOSS);
    }
    return needs;
  }

  @Override
  protected double tolerance(MethodOptions options) {
    return options.number(TOLERANCE);
  }

  @Override
  protected boolean isOfFactors(String option) {
    return option.equals(TOLERANCE);
  }

  @Override
  protected List<Decomposition> decompose(DecompositionRequest request) {
    SlotStatistics statistics = request.statistics();
    if (request.options().is("form", "literal")) {
      return WeightedSvd.decompose(
          request,
          (slot, scope) -> Whitening.byEigenvectors(statistics.moments(slot).gram(), scope));
    }
    return OutputProjection.decompose(request, slot -> new SecondMoment(statistics.moments(slot)));
  }
}
