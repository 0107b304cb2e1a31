package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.svd.Spectrum;

/**
 * A matrix W of [m, n], decomposed as a method sees it, ready to be cut to ranks. It lives as long
 * as the scope of the {@link DecompositionRequest} that it was made for.
 */
public interface Decomposition {
  /** The largest rank that it can be cut to. */
  int rank();

  /**
   * The singular values in the method's own metric: the square of a value is what dropping it
   * costs. All min(m, n) of them where the request asked for that, else at least {@link #rank}.
   */
  Spectrum spectrum();

  /**
   * The factors of a rank.
   *
   * @param rank at most {@link #rank}
   * @param scope owns the factors
   */
  Cut cut(int rank, Scope scope);

  /**
   * Factors whose first r columns and rows are those of rank r. Where ranks are solved one by one,
   * those that solutions start from stand for them.
   *
   * @param scope owns the factors
   */
  default LowRankFactors nested(Scope scope) {
    return cut(rank(), scope).factors();
  }

  /**
   * A matrix of low rank.
   *
   * @param factors F32 or F64
   * @param diagnostics what the method knows of them
   */
  record Cut(LowRankFactors factors, Diagnostics diagnostics) {}
}
