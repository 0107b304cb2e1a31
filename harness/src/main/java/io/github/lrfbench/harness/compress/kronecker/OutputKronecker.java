package io.github.lrfbench.harness.compress.kronecker;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.lowrank.SampledErrors;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MatrixErrors;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.svd.SvdFactors;
import java.util.List;

/**
 * A matrix and the sums of Kronecker products whose outputs come close to its own, fitted from the
 * nearest ones on, each when it is asked for.
 *
 * @param slot that holds the matrix
 * @param shapes by point
 * @param moments of its inputs
 * @param sweeps how often both factors are fitted at most
 * @param points with errors where these were asked for
 */
record OutputKronecker(
    LinearSlot slot,
    List<KroneckerShape> shapes,
    Moments moments,
    int sweeps,
    OperatingPoints points)
    implements Factorization {
  /**
   * A slot's matrix.
   *
   * @param errors whether the errors of all points are wanted
   */
  static OutputKronecker of(
      LinearSlot slot,
      List<KroneckerShape> shapes,
      Moments moments,
      int sweeps,
      boolean errors,
      Scope scope) {
    OperatingPoints points =
        ShapeFamily.points(slot.linear().outputs(), slot.linear().inputs(), shapes);
    OutputKronecker made = new OutputKronecker(slot, shapes, moments, sweeps, points);
    return errors ? made.withErrors(scope) : made;
  }

  private OutputKronecker withErrors(Scope scope) {
    ErrorMetric outputs = ErrorMetric.outputs(moments);
    try (Scope scratch = scope.device().openScope()) {
      Matrix w = Matrices.toDouble(SlotMatrix.of(slot, scratch), scratch);
      return new OutputKronecker(
          slot,
          shapes,
          moments,
          sweeps,
          points.withErrors(outputs.squared(w, scratch), squaredErrors(w, outputs, shapes.size())));
    }
  }

  @Override
  public double[] squaredErrors(Matrix w, ErrorMetric metric) {
    return squaredErrors(w, metric, Math.max(1, points.saving()));
  }

  @Override
  public boolean measuresAll() {
    return SampledErrors.areAll(shapes.size());
  }

  /** Of fits that take long: those of the first points, most of them estimates. */
  private double[] squaredErrors(Matrix w, ErrorMetric metric, int count) {
    double[] nearest = new double[count];
    Rearrangement.decomposeAll(
        w,
        shapes.subList(0, count),
        (factors, point) -> {
          try (Scope scratch = w.device().openScope()) {
            nearest[point] = squaredError(w, sum(factors, point, scratch), metric, scratch);
          }
        });
    return SampledErrors.of(
        nearest,
        number -> {
          try (Scope scratch = w.device().openScope()) {
            return squaredError(w, fit(number - 1, scratch).map(), metric, scratch);
          }
        });
  }

  private Linear sum(SvdFactors factors, int point, Scope scope) {
    KroneckerShape shape = shapes.get(point);
    KroneckerFactors split = KroneckerFactors.of(factors, shape.terms(), scope);
    return Rearrangement.sum(split.a(), split.b(), shape, scope);
  }

  private static double squaredError(Matrix w, Linear map, ErrorMetric metric, Scope scratch) {
    return metric.squared(MatrixErrors.difference(w, map, scratch), scratch);
  }

  @Override
  public Fit fit(int point, Scope scope) {
    KroneckerShape shape = shapes.get(point);
    try (Scope scratch = scope.device().openScope()) {
      Matrix w = Matrices.toDouble(SlotMatrix.of(slot, scratch), scratch);
      SvdFactors start = Rearrangement.decompose(w, shape, scratch);
      KroneckerFactors nearest = KroneckerFactors.of(start, shape.terms(), scratch);
      KroneckerFactors factors =
          new OutputFit(w, moments.gram(), shape, scratch).improve(nearest, sweeps, scratch);
      Linear map = Rearrangement.sum(factors.a(), factors.b(), shape, scope);
      Diagnostics diagnostics =
          new Diagnostics(
              start.algorithm().label(),
              Math.sqrt(squaredError(w, map, ErrorMetric.outputs(moments), scratch)),
              Double.NaN,
              Double.NaN,
              "");
      return new Fit(map, diagnostics);
    }
  }
}
