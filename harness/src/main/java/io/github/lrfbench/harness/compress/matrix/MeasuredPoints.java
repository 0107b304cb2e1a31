package io.github.lrfbench.harness.compress.matrix;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.EnergyOf;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MatrixErrors;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The points of matrices with errors that are measured of what stands there at each of them,
 * whatever the method's own metric is. Of outputs they are those that biases leave, where the
 * method's make up for the mean.
 */
final class MeasuredPoints {
  /** What is lost of a matrix in single precision anyway, as a part of its energy. */
  private static final double ROUNDING = 1e-12;

  private final CompressionRequest request;
  private final boolean compensates;

  MeasuredPoints(CompressionRequest request) {
    this.request = request;
    this.compensates = MatrixMethod.compensates(request.options());
  }

  private Moments inputs(LinearSlot slot) {
    return request.statistics().moments().of(slot.name());
  }

  private ErrorMetric outputs(LinearSlot slot) {
    return compensates
        ? ErrorMetric.centredOutputs(inputs(slot))
        : ErrorMetric.outputs(inputs(slot));
  }

  /** The points with mean squared errors of outputs. */
  List<OperatingPoints> ofOutputs(List<Factorization> known) {
    List<OperatingPoints> measured = new ArrayList<>();
    for (int i = 0; i < known.size(); i++) {
      try (Scope scratch = request.scope().device().openScope()) {
        LinearSlot slot = request.slots().get(i);
        Matrix w = Matrices.toDouble(SlotMatrix.of(slot, scratch), scratch);
        double energy = ErrorMetric.outputs(inputs(slot)).squared(w, scratch);
        double[] errors = known.get(i).squaredErrors(w, outputs(slot));
        measured.add(meanErrors(known.get(i).points(), energy, errors, inputs(slot).tokens()));
      }
    }
    return measured;
  }

  /**
   * Points with mean errors over tokens; of one that is worse than a cheaper one the error of that
   * counts.
   *
   * @param energy of the outputs, summed over tokens
   * @param squaredErrors of the cheapest points, likewise
   */
  static OperatingPoints meanErrors(
      OperatingPoints points, double energy, double[] squaredErrors, long tokens) {
    double[] errors = new double[points.count()];
    double smallest = energy;
    for (int i = 0; i < errors.length; i++) {
      smallest = i < squaredErrors.length ? Math.min(smallest, squaredErrors[i]) : smallest;
      errors[i] = Math.max(0, smallest) / tokens;
    }
    return points.withErrors(energy / tokens, errors);
  }

  /**
   * The points with the squared errors that a budget's share is of. One that saves nothing has
   * none: the matrix then stays as it is.
   */
  List<OperatingPoints> ofEnergy(List<Factorization> known, Budget budget) {
    List<OperatingPoints> measured = new ArrayList<>();
    for (int i = 0; i < known.size(); i++) {
      try (Scope scratch = request.scope().device().openScope()) {
        measured.add(ofEnergy(known.get(i), request.slots().get(i), budget, scratch));
      }
    }
    return measured;
  }

  private OperatingPoints ofEnergy(
      Factorization known, LinearSlot slot, Budget budget, Scope scratch) {
    Matrix w = Matrices.toDouble(SlotMatrix.of(slot, scratch), scratch);
    boolean ofWeights = budget.energyOf() == EnergyOf.WEIGHTS;
    ErrorMetric whole = ofWeights ? ErrorMetric.WEIGHTS : ErrorMetric.outputs(inputs(slot));
    ErrorMetric metric = ofWeights ? whole : outputs(slot);
    OperatingPoints points = known.points();
    double energy = Math.max(0, whole.squared(w, scratch));
    double[] errors = new double[points.count()];
    if (known.measuresAll()) {
      double[] all = known.squaredErrors(w, metric);
      System.arraycopy(all, 0, errors, 0, Math.min(all.length, points.saving()));
      Arrays.setAll(errors, i -> errors[i] <= ROUNDING * energy ? 0 : errors[i]);
    } else {
      double lost = Math.max(ROUNDING, 1 - budget.value()) * energy;
      IntPredicate holds = point -> error(known, point, w, metric) <= lost;
      Arrays.fill(errors, 0, firstOf(points.saving(), holds), energy);
    }
    return points.withErrors(energy, errors);
  }

  private static double error(Factorization known, int point, Matrix w, ErrorMetric metric) {
    try (Scope scratch = w.device().openScope()) {
      return metric.squared(
          MatrixErrors.difference(w, known.fit(point, scratch).map(), scratch), scratch);
    }
  }

  /**
   * The first of so many points from which something holds, found by bisection: errors of solutions
   * fall with the rank.
   */
  private static int firstOf(int count, IntPredicate holds) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) / 2;
      if (holds.test(middle)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
