package io.github.lrfbench.harness.compress.lowrank.spectral;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.LowRankMethod;
import io.github.lrfbench.harness.compress.lowrank.OutputProjection;
import io.github.lrfbench.harness.compress.lowrank.RidgeRegression;
import io.github.lrfbench.harness.compress.lowrank.SecondMoment;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import java.util.List;
import java.util.Set;

/**
 * The method {@code dalr}: outputs are regressed on inputs by a matrix of low rank whose size
 * counts too, min ‖W X − Ŵ X‖² + λ ‖Ŵ‖² (Masana et al. 2017, "Domain-adaptive deep network
 * compression"). The paper's solution takes the singular vectors of W X, which is not the minimum
 * for λ &gt; 0; {@code exact=true} takes those that are. λ is relative to the mean square of the
 * inputs, summed over the tokens.
 */
public final class DalrCompressor extends LowRankMethod {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "dalr",
        "closest outputs on calibration data with a penalty on the weights",
        "Masana et al. 2017",
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS),
        "drone at lambda=0",
        options(
            MethodOption.number("lambda", 0.01, 0, 1e6),
            MethodOption.flag("exact", false),
            tokens()));
  }

  @Override
  protected List<LowRankFactorization> decompose(DecompositionRequest request) {
    double lambda = request.options().number("lambda");
    boolean exact = request.options().flag("exact");
    return OutputProjection.decompose(
        request,
        slot -> {
          Moments moments = request.statistics().moments(slot);
          return lambda == 0
              ? new SecondMoment(moments)
              : new RidgeRegression(moments, lambda, exact);
        });
  }
}
