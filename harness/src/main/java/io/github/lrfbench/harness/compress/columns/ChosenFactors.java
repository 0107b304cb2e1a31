package io.github.lrfbench.harness.compress.columns;

import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization.Cut;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;

/** A matrix by those of its columns, rows or inputs that were chosen, in their order. */
interface ChosenFactors {
  /**
   * The factors of the first chosen.
   *
   * @param rank how many
   * @param scope owns the factors
   */
  Cut cut(int rank, Scope scope);

  /**
   * The form of the first chosen.
   *
   * @param rank how many
   * @param scope owns the form
   */
  default Fit fit(int rank, Scope scope) {
    Cut cut = cut(rank, scope);
    return new Fit(new LowRankLinear(cut.factors(), null), cut.diagnostics());
  }

  /**
   * Other factors of the same products, whose first r columns and rows are those of the first r
   * chosen.
   */
  LowRankFactors nested();
}
