package io.github.lrfbench.harness.compress.head;

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
import java.util.List;
import java.util.Set;

/**
 * The method {@code lowrank-head}: the last layer of a language model, [V, H], becomes two layers
 * without anything between them (Sainath et al. 2013, "Low-rank matrix factorization for deep
 * neural network training with high-dimensional output targets"). They train the factors from the
 * start; here they are those of a truncated singular value decomposition, of the matrix itself or
 * with {@code metric=logits} of what it makes of the hidden states of training examples, and are
 * trained where the model is. A head that was the word embedding is stored apart from it then.
 */
public final class LowRankHeadCompressor extends LowRankMethod {
  private static final String METRIC = "metric";
  private static final String LOGITS = "logits";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "lowrank-head",
        "the head of a language model as two factors, apart from the word embedding",
        "Sainath et al. 2013",
        Set.of(Need.WEIGHTS),
        "svd on an untied head",
        options(MethodOption.choice(METRIC, "weights", LOGITS)));
  }

  @Override
  public Set<Need> needs(MethodOptions options) {
    Set<Need> needs = super.needs(options);
    if (options.is(METRIC, LOGITS)) {
      needs.add(Need.ACTIVATIONS);
    }
    return needs;
  }

  @Override
  public Takes takes() {
    return Takes.HEAD;
  }

  @Override
  public boolean allocates() {
    return false;
  }

  @Override
  public Compression compress(CompressionRequest request) {
    request.requireBudget(info().name());
    return new MatrixWalk(this, LanguageHead.request(request, info().name())).run();
  }

  @Override
  protected List<LowRankFactorization> decompose(DecompositionRequest request) {
    if (!request.options().is(METRIC, LOGITS)) {
      return WeightedSvd.decompose(request);
    }
    return WeightedSvd.decompose(
        request,
        (slot, scope) -> Whitening.byCholesky(request.statistics().moments(slot).gram(), scope));
  }
}
