package io.github.lrfbench.harness.compress.columns;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.Arrays;

/**
 * At every rank the columns or the rows of a matrix, whichever lose less.
 *
 * @param columns with errors
 * @param rows with errors
 */
record BetterSide(ChosenFactorization columns, ChosenFactorization rowWise)
    implements LowRankFactorization {
  private LowRankFactorization at(int point) {
    double ofColumns = columns.points().get(point).squaredError();
    return ofColumns <= rowWise.points().get(point).squaredError() ? columns : rowWise;
  }

  @Override
  public OperatingPoints points() {
    double[] errors = new double[columns.points().count()];
    Arrays.setAll(errors, point -> at(point).points().get(point).squaredError());
    return columns.points().withErrors(columns.points().energy(), errors);
  }

  @Override
  public int rows() {
    return columns.rows();
  }

  @Override
  public int cols() {
    return columns.cols();
  }

  @Override
  public int rank() {
    return columns.rank();
  }

  @Override
  public Cut cut(int rank, Scope scope) {
    return at(rank - 1).cut(rank, scope);
  }

  @Override
  public LowRankFactors nested(Scope scope) {
    throw new UnsupportedOperationException("columns and rows are no parts of each other");
  }

  @Override
  public double[] squaredErrors(Matrix w, ErrorMetric metric) {
    double[] ofColumns = columns.squaredErrors(w, metric);
    double[] ofRows = rowWise.squaredErrors(w, metric);
    double[] errors = new double[ofColumns.length];
    Arrays.setAll(errors, i -> at(i) == columns ? ofColumns[i] : ofRows[i]);
    return errors;
  }
}
