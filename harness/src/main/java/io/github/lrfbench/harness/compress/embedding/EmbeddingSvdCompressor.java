package io.github.lrfbench.harness.compress.embedding;

import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.DiagonalTransform;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.LowRankMethod;
import io.github.lrfbench.harness.compress.lowrank.WeightedSvd;
import io.github.lrfbench.harness.compress.matrix.TableMethod;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import java.util.List;
import java.util.Set;

/**
 * The method {@code embedding-svd}: the table of word embeddings E [V, H] as two factors, E ≈ P Q
 * with P of [V, e] and Q of [e, H], which is the form that ALBERT is trained in (Lan et al. 2020).
 * The truncated SVD of diag(√f) E minimizes Σ f ‖E_v − P_v Q‖² over the words v, f being how often
 * a word is seen and at least 1. Tables of positions and types stay as they are. A head that is
 * tied to the table reads the same factors, logits = P (Q h).
 */
public final class EmbeddingSvdCompressor extends LowRankMethod implements TableMethod {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "embedding-svd",
        "the table of word embeddings as two factors, by a truncated SVD that weighs words",
        "Lan et al. 2020",
        Set.of(Need.ACTIVATIONS),
        "",
        List.of(TableMethod.weights(), TableMethod.rank(), TableMethod.keep()));
  }

  @Override
  public Set<Need> needs(MethodOptions options) {
    return TableMethod.needed(options);
  }

  @Override
  public void check(MethodOptions options) {
    TableMethod.check(info().name(), options);
  }

  @Override
  protected boolean isOfFits(String option) {
    return TableMethod.isSize(option);
  }

  @Override
  protected List<? extends LowRankFactorization> decompose(DecompositionRequest request) {
    double[] scales = TableMethod.scales(request.options(), request.statistics());
    return WeightedSvd.decompose(
        request, (slot, scratch) -> scales == null ? null : new DiagonalTransform(scales));
  }

  @Override
  public Compression compress(CompressionRequest request) {
    return TableMethod.run(this, request);
  }
}
