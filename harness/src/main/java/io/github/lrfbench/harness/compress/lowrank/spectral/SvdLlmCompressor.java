package io.github.lrfbench.harness.compress.lowrank.spectral;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.LeastSquares;
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
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The method {@code svdllm}: W S is cut by truncated SVD and S⁻¹ multiplied back, S being a root of
 * the inputs' Gram matrix, S Sᵀ = X Xᵀ, so that every dropped singular value costs itself in the
 * outputs (Wang et al. 2025, "SVD-LLM: truncation-aware singular value decomposition").
 *
 * <p>{@code whitening=cholesky} is the first version's root, {@code whitening=eigen} that of the
 * second (Wang et al. 2025, "SVD-LLM V2"). {@code update=ls} fits the left factor anew by least
 * squares to the original matrix's outputs, on the inputs that it has once the blocks before are
 * compressed. {@code update=lora} trains adapters beside the left factors of all matrices, then
 * beside the right ones, for {@code epochs} each at the rate {@code lr}, and multiplies them out.
 */
public final class SvdLlmCompressor extends LowRankMethod {
  private static final String EPOCHS = "epochs";
  private static final String RATE = "lr";

  private static final String UPDATE = "update";
  private static final String BY_LORA = "lora";
  private static final Set<String> OF_FITS = Set.of(UPDATE, EPOCHS, RATE);
  private static final MethodOption EPOCHS_OPTION = MethodOption.count(EPOCHS, 3, 1, 1000);
  private static final MethodOption RATE_OPTION = MethodOption.number(RATE, 1e-4, 1e-9, 0.5);

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "svdllm",
        "SVD under whitened inputs",
        "Wang et al. 2025",
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS),
        "drone, where the inputs span all directions",
        options(
            MethodOption.choice("whitening", "cholesky", "eigen"),
            MethodOption.choice(UPDATE, "none", "ls", BY_LORA),
            EPOCHS_OPTION,
            RATE_OPTION,
            tokens()));
  }

  @Override
  public Set<Need> needs(MethodOptions options) {
    Set<Need> needs = super.needs(options);
    if (options.is(UPDATE, BY_LORA)) {
      needs.add(Need.TRAINING);
    }
    return needs;
  }

  @Override
  public void check(MethodOptions options) {
    super.check(options);
    for (MethodOption option : List.of(EPOCHS_OPTION, RATE_OPTION)) {
      if (!options.is(UPDATE, BY_LORA) && !options.is(option.name(), option.standard())) {
        throw new InputException(
            "--method svdllm: " + option.name() + " is of update=lora and would change nothing");
      }
    }
  }

  @Override
  public List<String> after(MethodOptions options) {
    return options.is(UPDATE, BY_LORA)
        ? List.of("lora:epochs=" + options.text(EPOCHS) + ":lr=" + options.text(RATE))
        : List.of();
  }

  @Override
  public boolean triesInModel(MethodOptions options) {
    return super.triesInModel(options) || options.is(UPDATE, "ls");
  }

  @Override
  public Compression compress(CompressionRequest request) {
    MatrixWalk walk = new MatrixWalk(this, request);
    if (request.options().is(UPDATE, "ls")) {
      walk.refinedBy(new LeastSquares());
    }
    Compression truncated = walk.run();
    if (request.options().is(UPDATE, BY_LORA)) {
      return truncated;
    }
    // Nothing is trained: results shall not tell for how long.
    Map<String, String> parameters = new TreeMap<>(truncated.parameters());
    parameters.keySet().removeAll(List.of(EPOCHS, RATE));
    return new Compression(truncated.replacements(), truncated.layers(), parameters);
  }

  @Override
  protected boolean isOfFits(String option) {
    return OF_FITS.contains(option);
  }

  @Override
  protected List<LowRankFactorization> decompose(DecompositionRequest request) {
    boolean eigen = request.options().is("whitening", "eigen");
    return WeightedSvd.decompose(
        request,
        (slot, scope) -> {
          Moments moments = request.statistics().moments(slot);
          return eigen
              ? Whitening.byEigenvectors(moments.gram(), scope)
              : Whitening.byCholesky(moments.gram(), scope);
        });
  }
}
