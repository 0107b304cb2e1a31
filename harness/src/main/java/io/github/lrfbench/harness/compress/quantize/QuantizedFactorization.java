package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MatrixErrors;
import io.github.lrfbench.harness.linear.QuantizedLinear;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.List;

/**
 * A matrix W that can be rounded to several grids. Codes are made where they are asked for.
 *
 * @param w W, F32 [m, n]
 * @param grids one for each point
 * @param points their errors are in the metric
 * @param rounding of W to a grid
 * @param metric of the errors
 * @param ridge that the rounding took, relative to the mean diagonal; NaN where it takes none
 */
record QuantizedFactorization(
    Matrix w,
    List<CodeGrid> grids,
    OperatingPoints points,
    Rounding rounding,
    ErrorMetric metric,
    double ridge)
    implements Factorization {
  /** A way to round a matrix to a grid. */
  @FunctionalInterface
  interface Rounding {
    /**
     * Rounds the matrix.
     *
     * @throws io.github.lrfbench.kernels.InputException if it holds NaN or infinity
     */
    Codes round(CodeGrid grid);
  }

  /** One whose errors are not known yet. */
  static QuantizedFactorization of(
      Matrix w, List<CodeGrid> grids, Rounding rounding, ErrorMetric metric, double ridge) {
    OperatingPoints points = CodeGrid.points(grids, w.rows(), w.cols());
    return new QuantizedFactorization(w, grids, points, rounding, metric, ridge);
  }

  /** The same with the errors of all points. */
  QuantizedFactorization withErrors() {
    double[] errors = new double[grids.size()];
    for (int i = 0; i < errors.length; i++) {
      try (Scope scratch = w.device().openScope()) {
        errors[i] = squaredError(rounding.round(grids.get(i)).map(scratch), scratch);
      }
    }
    try (Scope scratch = w.device().openScope()) {
      double energy = metric.squared(Matrices.toDouble(w, scratch), scratch);
      return new QuantizedFactorization(
          w, grids, points.withErrors(energy, errors), rounding, metric, ridge);
    }
  }

  private double squaredError(QuantizedLinear map, Scope scratch) {
    return metric.squared(MatrixErrors.difference(w, map, scratch), scratch);
  }

  @Override
  public Fit fit(int point, Scope scope) {
    QuantizedLinear map = rounding.round(grids.get(point)).map(scope);
    String tiles = map.tiles() == 1 ? "the whole matrix" : map.tiles() + " tiles in turn";
    try (Scope scratch = scope.device().openScope()) {
      double error = Math.sqrt(squaredError(map, scratch));
      return new Fit(
          map, new Diagnostics("", error, Double.NaN, ridge, "runs by expanding " + tiles));
    }
  }
}
