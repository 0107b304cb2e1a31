package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.LayerReport.Storage;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.Locale;

/** Puts factors in the place of matrices and measures what that changes, in double precision. */
public final class Replacing {
  private final CompressionRequest request;

  /** Replacements for the slots of a request. */
  public Replacing(CompressionRequest request) {
    this.request = request;
  }

  /** The report of a matrix that stays as it is because the factors would be no smaller. */
  public LayerReport keep(LinearSlot slot, int rank) {
    int rows = slot.linear().outputs();
    int cols = slot.linear().inputs();
    String note =
        String.format(
            Locale.ROOT,
            "kept dense: rank %d would store no fewer numbers than the matrix (break-even %d)",
            rank,
            (long) rows * cols / (rows + cols));
    return keep(slot, note);
  }

  /**
   * The report of a matrix that stays as it is.
   *
   * @param note why
   */
  public LayerReport keep(LinearSlot slot, String note) {
    try (Scope scratch = request.scope().device().openScope()) {
      double norm = Math.sqrt(scratch.device().blas().squaredNorm(SlotMatrix.of(slot, scratch)));
      return LayerReport.kept(slot, norm, note);
    }
  }

  /**
   * Factors as a map.
   *
   * @param mean of the inputs, whose image the bias shall make up for; null to keep the bias
   * @param owner of what is made
   */
  public Linear linear(LinearSlot slot, LowRankFactors factors, double[] mean, Scope owner) {
    LowRankFactors stored =
        new LowRankFactors(
            Matrices.copy(factors.down(), DType.F32, owner),
            Matrices.copy(factors.up(), DType.F32, owner));
    Linear kept = new LowRankLinear(stored, slot.linear().bias());
    return mean == null ? kept : new LowRankLinear(stored, compensated(slot, kept, mean, owner));
  }

  /** b + (W − Ŵ) μ. */
  private static Tensor compensated(
      LinearSlot slot, Linear replacement, double[] mean, Scope owner) {
    try (Scope scratch = owner.device().openScope()) {
      double[] shift = times(difference(slot, replacement, scratch), mean, scratch);
      double[] bias = bias(slot.linear());
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
   * @param rank of the replacement
   * @param start when the work on the matrix began, in nanoseconds
   */
  public LayerReport report(
      LinearSlot slot, Linear replacement, int rank, Diagnostics diagnostics, long start) {
    try (Scope scratch = request.scope().device().openScope()) {
      double norm = Math.sqrt(scratch.device().blas().squaredNorm(SlotMatrix.of(slot, scratch)));
      Matrix difference = difference(slot, replacement, scratch);
      double error = Math.sqrt(scratch.device().blas().squaredNorm(difference));
      double outputNorm = Double.NaN;
      double outputError = Double.NaN;
      ActivationMoments known =
          request.statistics() == null ? null : request.statistics().knownMoments();
      if (known != null) {
        Moments moments = known.of(slot.name());
        outputNorm = outputNorm(slot, moments);
        outputError = outputError(slot, replacement, difference, moments, scratch);
      }
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
          "r=" + rank);
    }
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
                return Math.sqrt(Math.max(0, image(w, moments, scratch)));
              }
            });
  }

  /** ‖D x + d‖ over the tokens, D being W − Ŵ and d the difference of the biases. */
  private static double outputError(
      LinearSlot slot, Linear replacement, Matrix difference, Moments moments, Scope scratch) {
    double squares = image(difference, moments, scratch);
    if (replacement.bias() != slot.linear().bias()) {
      double[] before = bias(slot.linear());
      double[] after = bias(replacement);
      double[] ofMean = times(difference, moments.mean(), scratch);
      for (int i = 0; i < before.length; i++) {
        double d = before[i] - after[i];
        squares += moments.tokens() * d * (2 * ofMean[i] + d);
      }
    }
    return Math.sqrt(Math.max(0, squares));
  }

  /** ‖D X‖² = tr(D C Dᵀ), which is also the inner product of Dᵀ D and C. */
  private static double image(Matrix d, Moments moments, Scope scratch) {
    Matrix squares = Matrices.allocate(scratch, d.cols(), d.cols());
    scratch.device().blas().syrk(true, d, squares);
    return Matrices.innerProduct(squares, moments.gram());
  }

  private static Matrix difference(LinearSlot slot, Linear replacement, Scope scratch) {
    Matrix difference = Matrices.toDouble(SlotMatrix.of(slot, scratch), scratch);
    if (!(replacement instanceof LowRankLinear lowRank)) {
      Matrix changed =
          Matrix.of(scratch.allocate(DType.F32, replacement.outputs(), replacement.inputs()));
      replacement.materialize(scratch.device(), changed);
      scratch.device().gradients().addScaled(-1, Matrices.toDouble(changed, scratch), difference);
      return difference;
    }
    LowRankFactors factors = lowRank.factors();
    Matrix up = Matrices.toDouble(factors.up(), scratch);
    Matrix down = Matrices.toDouble(factors.down(), scratch);
    scratch.device().blas().gemm(true, true, -1, up, down, 1, difference);
    return difference;
  }

  private static double[] times(Matrix matrix, double[] vector, Scope scratch) {
    Matrix column = Matrix.of(scratch.doubles(vector, vector.length, 1));
    return Matrices.product(false, matrix, false, column, scratch).data().toDoubles();
  }

  private static double[] bias(Linear linear) {
    return linear.bias() == null ? new double[linear.outputs()] : linear.bias().toDoubles();
  }
}
