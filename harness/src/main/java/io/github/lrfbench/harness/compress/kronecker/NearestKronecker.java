package io.github.lrfbench.harness.compress.kronecker;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.svd.Spectrum;
import io.github.lrfbench.kernels.svd.SvdFactors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
    Map<KroneckerShape, KroneckerShape> largest = new HashMap<>();
    for (KroneckerShape shape : shapes) {
      largest.merge(single(shape), shape, (x, y) -> x.terms() > y.terms() ? x : y);
    }
    Map<KroneckerShape, Spectrum> spectra = new HashMap<>();
    try (Scope scratch = scope.device().openScope()) {
      Matrix w = SlotMatrix.of(slot, scratch);
      largest.forEach(
          (size, shape) -> {
            try (Scope own = scope.device().openScope()) {
              spectra.put(size, Rearrangement.decompose(w, shape, own).spectrum());
            }
          });
    }
    double[] errors = new double[shapes.size()];
    for (int i = 0; i < errors.length; i++) {
      double error = spectra.get(single(shapes.get(i))).tail(shapes.get(i).terms());
      errors[i] = error * error;
    }
    double norm = spectra.values().iterator().next().norm();
    return points.withErrors(norm * norm, errors);
  }

  private static KroneckerShape single(KroneckerShape shape) {
    return new KroneckerShape(shape.m1(), shape.n1(), shape.m2(), shape.n2(), 1);
  }

  @Override
  public Fit fit(int point, Scope scope) {
    KroneckerShape shape = shapes.get(point);
    try (Scope scratch = scope.device().openScope()) {
      SvdFactors factors = Rearrangement.decompose(SlotMatrix.of(slot, scratch), shape, scratch);
      Diagnostics diagnostics =
          new Diagnostics(factors.algorithm().label(), factors.error(), Double.NaN, Double.NaN, "");
      return new Fit(Rearrangement.sum(factors, shape, scope), diagnostics);
    }
  }
}
