package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.harness.compress.lowrank.SampledErrors;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.MatrixErrors;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;

/**
 * A matrix that can be stored by coded factors of any rank, each rank being solved for itself.
 *
 * @param points by rank, from 1 on
 * @param solution of a rank
 * @param values singular values of what the factors stand for, in the metric of the errors, for all
 *     ranks; null where errors are never asked for
 */
record RankCodes(OperatingPoints points, Solution solution, double[] values)
    implements Factorization {
  /** Solves for a rank. */
  @FunctionalInterface
  interface Solution {
    /**
     * The form of a rank.
     *
     * @param scope owns it
     */
    Fit of(int rank, Scope scope);
  }

  /**
   * The same with the errors of all points.
   *
   * @param w W, F64 [m, n], not modified
   */
  RankCodes withErrors(Matrix w, ErrorMetric metric) {
    try (Scope scratch = w.device().openScope()) {
      double energy = Math.max(0, metric.squared(w, scratch));
      OperatingPoints known = points.withErrors(energy, squaredErrors(w, metric));
      return new RankCodes(known, solution, values);
    }
  }

  @Override
  public Fit fit(int point, Scope scope) {
    return solution.of(RankPoints.rank(point), scope);
  }

  @Override
  public boolean measuresAll() {
    return SampledErrors.areAll(points.count());
  }

  /** They behave like what a rank drops, beside what codes lose at any. */
  @Override
  public double[] squaredErrors(Matrix w, ErrorMetric metric) {
    int most = points.count();
    double ofMost = measured(w, most, metric);
    double[] starts = new double[most];
    starts[most - 1] = ofMost;
    for (int i = most - 1; i > 0; i--) {
      starts[i - 1] = starts[i] + values[i] * values[i];
    }
    double[] errors =
        SampledErrors.of(starts, rank -> rank == most ? ofMost : measured(w, rank, metric));
    return Arrays.stream(errors).map(error -> Math.max(0, error)).toArray();
  }

  private double measured(Matrix w, int rank, ErrorMetric metric) {
    try (Scope scratch = w.device().openScope()) {
      return metric.squared(
          MatrixErrors.difference(w, solution.of(rank, scratch).map(), scratch), scratch);
    }
  }
}
