package io.github.lrfbench.harness.compress.lowrank.spectral;

import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.LowRankMethod;
import io.github.lrfbench.harness.compress.lowrank.OutputProjection;
import io.github.lrfbench.harness.compress.lowrank.SecondMoment;
import io.github.lrfbench.harness.compress.lowrank.WeightedSvd;
import io.github.lrfbench.harness.compress.lowrank.Whitening;
import io.github.lrfbench.harness.compress.matrix.MatrixWalk;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.SlotStatistics;
import io.github.lrfbench.kernels.InputException;
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
 * <p>{@code attention=joint} treats the queries and keys of a block together, so that their inner
 * products are closest, in fewer dimensions of every head.
 *
 * <p>{@code tolerance} above 1 searches for ranks as the paper does: it is the factor by which the
 * loss may grow in all, and the budget says how deep cuts may be.
 */
public final class DroneCompressor extends LowRankMethod {
  private static final String TOLERANCE = "tolerance";
  private static final String ATTENTION = "attention";
  private static final String JOINT = "joint";
  private static final Set<String> OF_FITS = Set.of(TOLERANCE, ATTENTION);

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "drone",
        "closest outputs on calibration data",
        "Chen et al. 2021",
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS),
        "svdllm and dalr:lambda=0, where the inputs span all directions; swift (Qi et al. 2026, another"
            + " name of it), where layers have no biases",
        options(
            MethodOption.choice("form", "projection", "literal"),
            MethodOption.choice(ATTENTION, "matrices", JOINT),
            MethodOption.number(TOLERANCE, 1, 1, 1000),
            tokens()));
  }

  @Override
  public Set<Need> needs(MethodOptions options) {
    Set<Need> needs = super.needs(options);
    if (tolerance(options) > 1) {
      needs.add(Need.LOSS);
    }
    return needs;
  }

  private static double tolerance(MethodOptions options) {
    return options.number(TOLERANCE);
  }

  @Override
  protected boolean isOfFits(String option) {
    return OF_FITS.contains(option);
  }

  @Override
  public void check(MethodOptions options) {
    super.check(options);
    if (options.is(ATTENTION, JOINT) && (isSequential(options) || tolerance(options) > 1)) {
      throw new InputException(
          "--method drone: attention=joint goes with statistics=static and without a tolerance");
    }
  }

  @Override
  public List<String> before(MethodOptions options) {
    return options.is(ATTENTION, JOINT) ? List.of("joint-attention") : List.of();
  }

  @Override
  public boolean triesInModel(MethodOptions options) {
    return super.triesInModel(options) || options.is(ATTENTION, JOINT);
  }

  @Override
  public boolean followsBudget(MethodOptions options) {
    return tolerance(options) == 1;
  }

  @Override
  public Compression compress(CompressionRequest request) {
    return new MatrixWalk(this, request).toleratingGrowth(tolerance(request.options())).run();
  }

  @Override
  protected List<LowRankFactorization> decompose(DecompositionRequest request) {
    SlotStatistics statistics = request.statistics();
    if (request.options().is("form", "literal")) {
      return WeightedSvd.decompose(
          request,
          (slot, scope) -> Whitening.byEigenvectors(statistics.moments(slot).gram(), scope));
    }
    return OutputProjection.decompose(request, slot -> new SecondMoment(statistics.moments(slot)));
  }
}
