package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MatrixErrors;
import io.github.lrfbench.harness.linear.CodedLinear;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * A matrix W that can be stored as codes of several sizes. They are made where they are asked for.
 *
 * @param w W, F32 [m, n]
 * @param points their errors are in the metric
 * @param coding of W at a point
 * @param metric of the errors
 * @param ridge that the coding took, relative to the mean diagonal; NaN where it takes none
 */
record CodedFactorization(
    Matrix w, OperatingPoints points, Coding coding, ErrorMetric metric, double ridge)
    implements Factorization {
  /** A way to store a matrix as codes. */
  @FunctionalInterface
  interface Coding {
    /**
     * The codes of a point, without a bias.
     *
     * @throws io.github.lrfbench.kernels.InputException if the matrix holds NaN or infinity
     */
    CodedLinear code(int point, Scope scope);
  }

  /** The same with the errors of all points. */
  CodedFactorization withErrors() {
    double[] errors = new double[points.count()];
    for (int i = 0; i < errors.length; i++) {
      try (Scope scratch = w.device().openScope()) {
        errors[i] = squaredError(coding.code(i, scratch), scratch);
      }
    }
    try (Scope scratch = w.device().openScope()) {
      double energy = metric.squared(Matrices.toDouble(w, scratch), scratch);
      OperatingPoints known = points.withErrors(energy, errors);
      return new CodedFactorization(w, known, coding, metric, ridge);
    }
  }

  private double squaredError(CodedLinear map, Scope scratch) {
    return metric.squared(MatrixErrors.difference(w, map, scratch), scratch);
  }

  @Override
  public Fit fit(int point, Scope scope) {
    CodedLinear map = coding.code(point, scope);
    double error = Math.sqrt(squaredError(point, map));
    return new Fit(map, new Diagnostics("", error, Double.NaN, ridge, "runs " + map.runs()));
  }

  /** Measured where it is not known. */
  private double squaredError(int point, CodedLinear map) {
    double known = points.get(point).squaredError();
    if (!Double.isNaN(known)) {
      return known;
    }
    try (Scope scratch = w.device().openScope()) {
      return squaredError(map, scratch);
    }
  }
}
