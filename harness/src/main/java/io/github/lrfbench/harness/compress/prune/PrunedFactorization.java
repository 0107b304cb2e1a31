package io.github.lrfbench.harness.compress.prune;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.lowrank.SampledErrors;
import io.github.lrfbench.harness.compress.prune.Pruning.Cut;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.MatrixErrors;
import io.github.lrfbench.harness.linear.SparseLinear;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * A matrix that can be pruned to any of its levels. In other metrics than the pruning's own, errors
 * are measured at some levels and interpolated between them.
 */
record PrunedFactorization(OperatingPoints points, Pruning pruning) implements Factorization {
  /** The same with the errors of all points. */
  PrunedFactorization withErrors() {
    return new PrunedFactorization(points.withErrors(pruning.energy(), pruning.errors()), pruning);
  }

  @Override
  public Fit fit(int point, Scope scope) {
    Cut cut = pruning.cut(point, scope);
    String note = cut.map() instanceof SparseLinear ? "runs by expanding the whole matrix" : "";
    double error = Math.sqrt(cut.squaredError());
    return new Fit(cut.map(), new Diagnostics("", error, Double.NaN, pruning.damping(), note));
  }

  @Override
  public boolean measuresAll() {
    return SampledErrors.areAll(points.count());
  }

  @Override
  public double[] squaredErrors(Matrix w, ErrorMetric metric) {
    return SampledErrors.of(pruning.errors(), count -> measured(w, count - 1, metric));
  }

  private double measured(Matrix w, int point, ErrorMetric metric) {
    try (Scope scratch = w.device().openScope()) {
      Matrix lost = MatrixErrors.difference(w, pruning.cut(point, scratch).map(), scratch);
      return Math.max(0, metric.squared(lost, scratch));
    }
  }
}
