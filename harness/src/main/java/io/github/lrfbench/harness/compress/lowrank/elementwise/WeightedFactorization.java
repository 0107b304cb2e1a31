package io.github.lrfbench.harness.compress.lowrank.elementwise;

import io.github.lrfbench.harness.calibrate.Fisher;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.SampledErrors;
import io.github.lrfbench.harness.compress.lowrank.elementwise.Optimizer.Solution;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MatrixErrors;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.svd.ProductSvd;
import io.github.lrfbench.kernels.svd.SigmaSplit;
import io.github.lrfbench.kernels.svd.Spectrum;
import java.util.Locale;

/**
 * A matrix that is solved anew for every rank: solutions of weighted problems are not nested. The
 * start is the better of SVD and FWSVD, and so the result is never worse than either.
 *
 * @param slot of the matrix
 * @param fisher that weights come from
 * @param weights how
 * @param byInputs FWSVD of the matrix, whose singular values stand for its spectrum
 * @param optimizer that improves the start
 * @param name of the optimizer, for the results
 */
record WeightedFactorization(
    LinearSlot slot,
    Fisher fisher,
    ElementWeights weights,
    LowRankFactorization byInputs,
    Optimizer optimizer,
    String name)
    implements LowRankFactorization {
  @Override
  public int rows() {
    return byInputs.rows();
  }

  @Override
  public int cols() {
    return byInputs.cols();
  }

  @Override
  public int rank() {
    return byInputs.rank();
  }

  @Override
  public Spectrum spectrum() {
    return byInputs.spectrum();
  }

  @Override
  public LowRankFactors nested(Scope scope) {
    return byInputs.nested(scope);
  }

  @Override
  public boolean measuresAll() {
    return SampledErrors.areAll(rank());
  }

  /** Of solutions, not of their starts. */
  @Override
  public double[] squaredErrors(Matrix w, ErrorMetric metric) {
    return SampledErrors.of(
        byInputs.squaredErrors(w, metric),
        rank -> {
          try (Scope scratch = w.device().openScope()) {
            Linear map = fit(rank - 1, scratch).map();
            return metric.squared(MatrixErrors.difference(w, map, scratch), scratch);
          }
        });
  }

  @Override
  public Cut cut(int rank, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      WeightedProblem problem =
          WeightedProblem.of(
              Matrices.toDouble(SlotMatrix.of(slot, scratch), scratch),
              weights.of(slot, fisher),
              scratch);
      Factors plain = Starts.plain(problem, rank, scratch);
      Factors weighted = Factors.of(byInputs.cut(rank, scratch).factors(), scratch);
      double ofPlain = problem.objective(plain);
      double ofWeighted = problem.objective(weighted);
      Solution solution =
          optimizer.improve(problem, ofPlain < ofWeighted ? plain : weighted, scratch);
      Factors best = solution.factors();
      String note =
          String.format(
              Locale.ROOT,
              "J %.4g after %d steps; SVD %.4g, FWSVD %.4g",
              solution.objective(),
              solution.steps(),
              ofPlain,
              ofWeighted);
      Diagnostics diagnostics =
          new Diagnostics(name, Math.sqrt(solution.objective()), Double.NaN, Double.NaN, note);
      // The product as it is, its singular values shared out evenly.
      return new Cut(
          ProductSvd.factor(scratch, best.u(), best.v(), best.rank()).split(scope, SigmaSplit.BOTH),
          diagnostics);
    }
  }
}
