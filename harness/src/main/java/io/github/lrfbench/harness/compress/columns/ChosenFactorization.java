package io.github.lrfbench.harness.compress.columns;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.RankErrors;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.harness.compress.lowrank.SampledErrors;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.MatrixErrors;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.Arrays;

/**
 * A matrix ready to be stored by any number of chosen columns, rows or inputs. Where fewer of them
 * are the first of more, errors at all numbers follow from one choice. Else every number is solved
 * for itself, and errors are measured at some and interpolated between them.
 */
final class ChosenFactorization implements LowRankFactorization {
  private final OperatingPoints points;
  private final int most;
  private final ByCount factors;
  private final ChosenFactors nested;
  private final double[] starts;

  /** Makes factors for so many chosen. */
  @FunctionalInterface
  interface ByCount {
    /**
     * The factors.
     *
     * @param scope owns them
     */
    ChosenFactors of(int count, Scope scope);
  }

  private ChosenFactorization(
      OperatingPoints points, int most, ByCount factors, ChosenFactors nested, double[] starts) {
    this.points = points;
    this.most = most;
    this.factors = factors;
    this.nested = nested;
    this.starts = starts;
  }

  /**
   * Of nested choices.
   *
   * @param points without errors
   * @param most how many were chosen
   * @param chosen all of them; lives as long
   */
  static ChosenFactorization nested(OperatingPoints points, int most, ChosenFactors chosen) {
    return new ChosenFactorization(points, most, (count, scope) -> chosen, chosen, null);
  }

  /**
   * Of choices that have nothing in common.
   *
   * @param points without errors
   * @param most how many can be chosen
   * @param starts squared errors that those of the choices behave like, for all numbers up to that;
   *     null where errors are never asked for
   */
  static ChosenFactorization solved(
      OperatingPoints points, int most, ByCount factors, double[] starts) {
    return new ChosenFactorization(points, most, factors, null, starts);
  }

  /**
   * The same with the errors of all points.
   *
   * @param w W, F64 [m, n], not modified
   */
  ChosenFactorization withErrors(Matrix w, ErrorMetric metric) {
    try (Scope scratch = w.device().openScope()) {
      double energy = Math.max(0, metric.squared(w, scratch));
      double[] all = Arrays.copyOf(squaredErrors(w, metric), points.count());
      OperatingPoints known = points.withErrors(energy, all);
      return new ChosenFactorization(known, most, factors, nested, starts);
    }
  }

  @Override
  public OperatingPoints points() {
    return points;
  }

  @Override
  public int rows() {
    return points.rows();
  }

  @Override
  public int cols() {
    return points.cols();
  }

  @Override
  public int rank() {
    return most;
  }

  @Override
  public Cut cut(int rank, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      return factors.of(rank, scratch).cut(rank, scope);
    }
  }

  @Override
  public Fit fit(int point, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      int count = RankPoints.rank(point);
      return factors.of(count, scratch).fit(count, scope);
    }
  }

  @Override
  public LowRankFactors nested(Scope scope) {
    return nested.nested();
  }

  @Override
  public boolean measuresAll() {
    return nested != null || SampledErrors.areAll(most);
  }

  @Override
  public double[] squaredErrors(Matrix w, ErrorMetric metric) {
    double[] errors =
        nested != null
            ? RankErrors.squared(w, nested.nested(), metric)
            : SampledErrors.of(starts, count -> measured(w, count, metric));
    return Arrays.stream(errors).map(error -> Math.max(0, error)).toArray();
  }

  private double measured(Matrix w, int count, ErrorMetric metric) {
    try (Scope scratch = w.device().openScope()) {
      return metric.squared(
          MatrixErrors.difference(w, fit(count - 1, scratch).map(), scratch), scratch);
    }
  }
}
