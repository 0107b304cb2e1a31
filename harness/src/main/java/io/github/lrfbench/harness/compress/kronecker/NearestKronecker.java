package io.github.lrfbench.harness.compress.kronecker;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.svd.SvdFactors;
import java.util.List;

/**
 * A matrix and the sums of Kronecker products that come nearest to it, each computed when it is
 * asked for: those of different sizes have nothing in common.
 *
 * @param slot that holds the matrix
 * @param shapes by point
 * @param points with errors where these were asked for
 */
record NearestKronecker(LinearSlot slot, List<KroneckerShape> shapes, OperatingPoints points)
    implements Factorization {
  /**
   * A slot's matrix.
   *
   * @param errors whether the errors of all points are wanted
   */
  static NearestKronecker of(
      LinearSlot slot, List<KroneckerShape> shapes, boolean errors, Scope scope) {
    OperatingPoints points =
        ShapeFamily.points(slot.linear().outputs(), slot.linear().inputs(), shapes);
    return new NearestKronecker(
        slot, shapes, errors ? withErrors(points, slot, shapes, scope) : points);
  }

  /** The error of R terms is what the singular values after the first R hold. */
  private static OperatingPoints withErrors(
      OperatingPoints points, LinearSlot slot, List<KroneckerShape> shapes, Scope scope) {
    double[] errors = new double[shapes.size()];
    double[] norm = new double[1];
    try (Scope scratch = scope.device().openScope()) {
      Rearrangement.decomposeAll(
          SlotMatrix.of(slot, scratch),
          shapes,
          (factors, point) -> {
            double error = factors.spectrum().tail(shapes.get(point).terms());
            errors[point] = error * error;
            norm[0] = factors.spectrum().norm();
          });
    }
    return points.withErrors(norm[0] * norm[0], errors);
  }

  @Override
  public Fit fit(int point, Scope scope) {
    KroneckerShape shape = shapes.get(point);
    try (Scope scratch = scope.device().openScope()) {
      SvdFactors factors = Rearrangement.decompose(SlotMatrix.of(slot, scratch), shape, scratch);
      Diagnostics diagnostics =
          new Diagnostics(factors.algorithm().label(), factors.error(), Double.NaN, Double.NaN, "");
      KroneckerFactors split = KroneckerFactors.of(factors, shape.terms(), scratch);
      return new Fit(Rearrangement.sum(split.a(), split.b(), shape, scope), diagnostics);
    }
  }
}
