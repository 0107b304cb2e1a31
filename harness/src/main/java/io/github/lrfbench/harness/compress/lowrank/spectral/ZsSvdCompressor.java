package io.github.lrfbench.harness.compress.lowrank.spectral;

import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.LowRankMethod;
import io.github.lrfbench.harness.compress.lowrank.WeightedSvd;
import io.github.lrfbench.harness.compress.lowrank.Whitening;
import io.github.lrfbench.harness.compress.matrix.MatrixWalk;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.kernels.InputException;
import java.util.List;
import java.util.Set;

/**
 * The method {@code zssvd}: SVD under whitened inputs, then {@code corrections} rounds in which
 * what every matrix lost is projected on the gradient of the loss in the compressed model, added
 * back, and the matrix cut again to its rank (Abbasi et al. 2026, "Zero Sum SVD"; {@link
 * Correction}). The paper shares ranks out by {@code --allocate zero-sum}, which is the user's to
 * ask for, here as with other methods.
 */
public final class ZsSvdCompressor extends LowRankMethod {
  private static final String CORRECTIONS = "corrections";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "zssvd",
        "SVD under whitened inputs, corrected along the gradients of the compressed model",
        "Abbasi et al. 2026",
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS, Need.GRADIENTS),
        "svdllm at corrections=0",
        options(MethodOption.count(CORRECTIONS, 5, 0, 100), tokens()));
  }

  private static int corrections(MethodOptions options) {
    return options.count(CORRECTIONS);
  }

  @Override
  public Set<Need> needs(MethodOptions options) {
    Set<Need> needs = super.needs(options);
    if (corrections(options) == 0) {
      needs.remove(Need.GRADIENTS);
    }
    return needs;
  }

  @Override
  public void check(MethodOptions options) {
    super.check(options);
    if (isSequential(options) && corrections(options) > 0) {
      throw new InputException(
          "--method zssvd: corrections go with statistics=static; give corrections=0");
    }
  }

  @Override
  public boolean triesInModel(MethodOptions options) {
    return super.triesInModel(options) || corrections(options) > 0;
  }

  @Override
  protected boolean isOfFits(String option) {
    return option.equals(CORRECTIONS);
  }

  @Override
  public Compression compress(CompressionRequest asked) {
    CompressionRequest request = asked.over(tokens(asked.options()));
    Compression truncated = new MatrixWalk(this, request).run();
    return new Correction(request, this::decompose)
        .correct(truncated, corrections(request.options()));
  }

  @Override
  protected List<LowRankFactorization> decompose(DecompositionRequest request) {
    return WeightedSvd.decompose(
        request,
        (slot, scope) -> Whitening.byCholesky(request.statistics().moments(slot).gram(), scope));
  }
}
