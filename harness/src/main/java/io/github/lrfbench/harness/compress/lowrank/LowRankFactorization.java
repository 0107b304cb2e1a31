package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.svd.Spectrum;

/** A matrix W of [m, n], decomposed, ready to be cut to ranks. Its points are the ranks. */
public interface LowRankFactorization extends Factorization {
  /** m. */
  int rows();

  /** n. */
  int cols();

  /** The largest rank that it can be cut to. */
  int rank();

  /**
   * The singular values in the method's own metric: the square of a value is what dropping it
   * costs. All min(m, n) of them where the request asked for errors, else at least {@link #rank}.
   *
   * @throws UnsupportedOperationException if ranks are not those of singular values; {@link
   *     #points} then has errors of its own
   */
  default Spectrum spectrum() {
    throw new UnsupportedOperationException("ranks without singular values");
  }

  /**
   * The factors of a rank.
   *
   * @param rank at most {@link #rank}
   * @param scope owns the factors
   */
  Cut cut(int rank, Scope scope);

  /**
   * Factors whose first r columns and rows are those of rank r. Where ranks are solved one by one,
   * those that solutions start from.
   *
   * @param scope owns the factors
   */
  default LowRankFactors nested(Scope scope) {
    return cut(rank(), scope).factors();
  }

  @Override
  default OperatingPoints points() {
    return RankPoints.of(rows(), cols(), spectrum());
  }

  @Override
  default Fit fit(int point, Scope scope) {
    Cut cut = cut(RankPoints.rank(point), scope);
    return new Fit(new LowRankLinear(cut.factors(), null), cut.diagnostics());
  }

  @Override
  default double[] squaredErrors(Matrix w, ErrorMetric metric) {
    try (Scope scratch = w.device().openScope()) {
      return RankErrors.squared(w, nested(scratch), metric);
    }
  }

  @Override
  default double[] firstOrder(Matrix gradient) {
    try (Scope scratch = gradient.device().openScope()) {
      return RankErrors.firstOrder(gradient, nested(scratch), points().count());
    }
  }

  /**
   * A matrix of low rank.
   *
   * @param factors F32 or F64
   * @param diagnostics what the method knows of them
   */
  record Cut(LowRankFactors factors, Diagnostics diagnostics) {}
}
