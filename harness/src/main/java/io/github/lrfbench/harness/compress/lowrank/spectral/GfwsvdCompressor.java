package io.github.lrfbench.harness.compress.lowrank.spectral;

import io.github.lrfbench.harness.calibrate.FisherFactors;
import io.github.lrfbench.harness.calibrate.Labels;
import io.github.lrfbench.harness.calibrate.NearestFisherProduct;
import io.github.lrfbench.harness.calibrate.NearestFisherProduct.Samples;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.LowRankMethod;
import io.github.lrfbench.harness.compress.lowrank.OutputMetric;
import io.github.lrfbench.harness.compress.lowrank.OutputProjection;
import io.github.lrfbench.harness.compress.lowrank.OutputRoot;
import io.github.lrfbench.harness.compress.lowrank.OutputRoot.Form;
import io.github.lrfbench.harness.compress.lowrank.ShrunkMoment;
import io.github.lrfbench.harness.compress.lowrank.WeightedMoment;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.kernels.Matrix;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The method {@code gfwsvd}: min tr(Eᵀ U E V), U ⊗ V being the Kronecker product that is closest to
 * the Fisher information of W by single examples, or by tokens (Chekalina et al. 2025, "Generalized
 * Fisher-weighted SVD").
 */
public final class GfwsvdCompressor extends LowRankMethod {
  private static final String LABELS = "labels";
  private static final String SAMPLES = "samples";
  private static final String STEPS = "steps";
  private static final String SHRINK = "shrink";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "gfwsvd",
        "SVD weighted by the Kronecker product closest to the Fisher information",
        "Chekalina et al. 2025",
        Set.of(Need.WEIGHTS, Need.GRADIENTS),
        "kfac where samples=tokens and outputs' gradients are independent of inputs",
        options(
            MethodOption.choice(SAMPLES, Samples.EXAMPLES.label(), Samples.TOKENS.label()),
            MethodOption.choice(LABELS, Labels.names(Labels.DATA)),
            MethodOption.count(STEPS, 3, 1, 100),
            MethodOption.number(SHRINK, 0.1, 0, 1)));
  }

  @Override
  protected List<LowRankFactorization> decompose(DecompositionRequest request) {
    MethodOptions options = request.options();
    FisherFactors product =
        request
            .statistics()
            .fisherFactors(
                new NearestFisherProduct(
                    Labels.parse(options.text(LABELS)),
                    Samples.parse(options.text(SAMPLES)),
                    options.count(STEPS)));
    double share = options.number(SHRINK);
    OutputRoot root = new OutputRoot(share, Form.EXACT);
    return OutputProjection.decompose(
        request,
        slot -> inputs(product.of(slot.name()).inputs(), share),
        (slot, scratch) -> root.of(slot.name(), product.of(slot.name()).outputs(), scratch));
  }

  static OutputMetric inputs(Matrix gram, double share) {
    OutputMetric metric = new WeightedMoment(gram);
    double mean = Arrays.stream(Matrices.diagonal(gram)).average().orElse(0);
    return share == 0 ? metric : new ShrunkMoment(metric, share, mean);
  }
}
