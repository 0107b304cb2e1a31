package io.github.lrfbench.harness.compress.matrix;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.calibrate.CrossMoments;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.LayerReport.Storage;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MatrixErrors;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.WordTable;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;

/** Puts maps in the place of matrices and measures what that changes, in double precision. */
public final class Replacement {
  private final CompressionRequest request;

  /** Replacements for the slots of a request. */
  public Replacement(CompressionRequest request) {
    this.request = request;
  }

  /**
   * The report of a matrix that stays as it is.
   *
   * @param note why
   */
  public LayerReport keep(LinearSlot slot, String note) {
    try (Scope scratch = request.scope().device().openScope()) {
      double norm = Math.sqrt(scratch.device().blas().squaredNorm(SlotMatrix.of(slot, scratch)));
      return LayerReport.kept(slot, norm, outputNorm(slot), note);
    }
  }

  /**
   * What stands in a slot: the map in single precision with a bias.
   *
   * @param map without a bias
   * @param mean of the inputs, whose image the bias shall make up for; null to keep the bias
   * @param owner of what is made
   */
  public static Linear place(LinearSlot slot, Linear map, double[] mean, Scope owner) {
    Linear stored = map.copyTo(owner, DType.F32);
    return stored.withBias(
        mean == null ? slot.linear().bias() : compensated(slot, stored, mean, owner));
  }

  /**
   * What stands in a slot whose input is not that of the dense model: the map in single precision,
   * with a bias by which the mean output is the dense model's, b + W μ − Ŵ μ'.
   */
  static Linear placeBehind(CrossMoments moments, LinearSlot slot, Linear map, Scope owner) {
    Linear stored = map.copyTo(owner, DType.F32);
    Tensor bias = compensated(slot, stored, moments.mean(), owner);
    try (Scope scratch = owner.device().openScope()) {
      Matrix w = Matrices.toDouble(SlotMatrix.of(slot, scratch), scratch);
      double[] shifted = MatrixErrors.times(w, moments.shift(), scratch);
      double[] values = bias.toDoubles();
      for (int i = 0; i < values.length; i++) {
        values[i] += shifted[i];
      }
      bias.write(0, values, 0, values.length);
    }
    return stored.withBias(bias);
  }

  /** b + (W − Ŵ) μ. */
  public static Tensor compensated(LinearSlot slot, Linear map, double[] mean, Scope owner) {
    try (Scope scratch = owner.device().openScope()) {
      return compensated(slot.linear(), MatrixErrors.difference(slot, map, scratch), mean, owner);
    }
  }

  /**
   * b + D μ.
   *
   * @param dense whose bias b is
   * @param difference D of matrices, F64
   */
  public static Tensor compensated(Linear dense, Matrix difference, double[] mean, Scope owner) {
    try (Scope scratch = owner.device().openScope()) {
      double[] shift = MatrixErrors.times(difference, mean, scratch);
      double[] bias = bias(dense);
      Tensor compensated = owner.allocate(DType.F32, bias.length);
      for (int i = 0; i < bias.length; i++) {
        shift[i] += bias[i];
      }
      compensated.write(0, shift, 0, shift.length);
      return compensated;
    }
  }

  /**
   * What became of a matrix.
   *
   * @param start when the work on the matrix began, in nanoseconds
   */
  public LayerReport report(
      LinearSlot slot, Linear replacement, Diagnostics diagnostics, long start) {
    return report(slot, replacement, replacement.rank(), diagnostics, start);
  }

  /**
   * What became of a matrix.
   *
   * @param rank of the replacement, whatever its form tells
   * @param start when the work on the matrix began, in nanoseconds
   */
  public LayerReport report(
      LinearSlot slot, Linear replacement, int rank, Diagnostics diagnostics, long start) {
    try (Scope scratch = request.scope().device().openScope()) {
      double norm = Math.sqrt(scratch.device().blas().squaredNorm(SlotMatrix.of(slot, scratch)));
      boolean comparable = MatrixErrors.areComparable(slot, replacement);
      Matrix difference = comparable ? MatrixErrors.difference(slot, replacement, scratch) : null;
      double error =
          comparable ? Math.sqrt(scratch.device().blas().squaredNorm(difference)) : Double.NaN;
      Moments moments = moments(slot);
      double outputNorm = outputNorm(slot);
      double outputError =
          moments == null || !comparable
              ? Double.NaN
              : outputError(slot.linear(), replacement, difference, moments, scratch);
      return new LayerReport(
          slot.name(),
          slot.linear().outputs(),
          slot.linear().inputs(),
          rank,
          slot.linear().parameters(),
          replacement.parameters(),
          norm,
          error,
          outputNorm,
          outputError,
          diagnostics,
          (System.nanoTime() - start) / 1e9,
          Storage.of(slot.linear()),
          Storage.of(replacement),
          replacement.label());
    }
  }

  /**
   * Of the inputs of a slot's matrix; null of a request without statistics, and of tables, which
   * read words.
   */
  private Moments moments(LinearSlot slot) {
    return request.statistics() != null
            && !slot.role().equals(WordTable.ROLE)
            && request.statistics().moments().has(slot.name())
        ? request.statistics().moments().of(slot.name())
        : null;
  }

  private double outputNorm(LinearSlot slot) {
    Moments moments = moments(slot);
    return moments == null ? Double.NaN : outputNorm(slot, moments);
  }

  /** ‖W X‖ over the tokens, computed once. */
  double outputNorm(LinearSlot slot, Moments moments) {
    return request
        .cache()
        .outputNorms(request.statistics())
        .computeIfAbsent(
            slot.name(),
            name -> {
              try (Scope scratch = request.scope().device().openScope()) {
                Matrix w = Matrices.toDouble(SlotMatrix.of(slot, scratch), scratch);
                return Math.sqrt(Math.max(0, MatrixErrors.squaredImage(w, moments, scratch)));
              }
            });
  }

  /** ‖D x + d‖ over the tokens, D being W − Ŵ and d the difference of the biases. */
  public static double outputError(
      Linear dense, Linear replacement, Matrix difference, Moments moments, Scope scratch) {
    double squares = MatrixErrors.squaredImage(difference, moments, scratch);
    if (replacement.bias() != dense.bias()) {
      double[] before = bias(dense);
      double[] after = bias(replacement);
      double[] ofMean = MatrixErrors.times(difference, moments.mean(), scratch);
      for (int i = 0; i < before.length; i++) {
        double d = before[i] - after[i];
        squares += moments.tokens() * d * (2 * ofMean[i] + d);
      }
    }
    return Math.sqrt(Math.max(0, squares));
  }

  private static double[] bias(Linear linear) {
    return linear.bias() == null ? new double[linear.outputs()] : linear.bias().toDoubles();
  }
}
