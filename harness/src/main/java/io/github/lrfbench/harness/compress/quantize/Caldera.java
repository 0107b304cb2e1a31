package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.LeastSquares;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.OutputProjection;
import io.github.lrfbench.harness.compress.lowrank.SecondMoment;
import io.github.lrfbench.harness.compress.quantize.CodedMatrix.Coding;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MatrixErrors;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.Arrays;
import java.util.List;

/**
 * W ≈ Q + L R with all three as codes, min ‖(W − Q − L R) X‖ (Saha et al. 2024), by turns: L and R
 * are the factors of a rank whose outputs are closest to those of W − Q, each coded and fitted to
 * the other's codes; Q are the codes of W − L R. As codes lose what they like, no step need be
 * better than the one before: the best is kept.
 *
 * @param slot name of the matrix and its place
 * @param moments of its inputs
 * @param rest how Q becomes codes
 * @param left how L does
 * @param right how R does
 * @param steps how often L R and Q are made
 * @param fits how often in each step both factors are fitted to each other's codes
 */
record Caldera(
    LinearSlot slot, Moments moments, Coding rest, Coding left, Coding right, int steps, int fits) {
  /** Singular values below this part of the largest leave their directions as long as they are. */
  private static final double NEGLIGIBLE = 1e-12;

  /**
   * The best of all steps.
   *
   * @param w W, F64 [m, n], not modified
   * @param scope owns the result
   */
  CodedSum run(Matrix w, int rank, Scope scope) {
    CodedSum best = null;
    try (Scope steady = scope.device().openScope()) {
      Matrix remaining = Matrices.toDouble(w, steady);
      for (int step = 1; step <= steps; step++) {
        try (Scope scratch = scope.device().openScope()) {
          CodedFactors factors = factors(remaining, rank, scratch);
          CodedMatrix codes = rest.code(factors.subtractedFrom(w, scratch), scratch);
          scope.device().blas().copy(w, remaining);
          scope.device().gradients().addScaled(-1, codes.value(), remaining);
          double error = squaredError(factors, remaining);
          if (best == null || error < best.squaredError()) {
            best = new CodedSum(codes.codes(), factors.copyTo(scope), error, step);
          }
        }
      }
    }
    return best;
  }

  /**
   * All singular values of W X, and at least 0.
   *
   * @param w W, F64 [m, n], not modified
   */
  double[] spectrum(Matrix w) {
    try (Scope scratch = w.device().openScope()) {
      return decompose(w, Math.min(w.rows(), w.cols()), scratch).spectrum().values();
    }
  }

  private CodedFactors factors(Matrix target, int rank, Scope scope) {
    CodedFactors factors = start(target, rank, scope);
    CodedFactors best = factors;
    double least = squaredError(factors, target);
    for (int i = 0; i < fits; i++) {
      try (Scope scratch = scope.device().openScope()) {
        CodedMatrix fitted = left.code(leftBeside(factors, target, scratch), scope);
        Matrix beside = RightFactor.of(fitted.value(), target, scratch);
        factors = new CodedFactors(fitted, right.code(beside, scope));
      }
      double error = squaredError(factors, target);
      if (error < least) {
        best = factors;
        least = error;
      }
    }
    return best;
  }

  /**
   * The factors whose outputs are closest, each column of L as long as its row of R is to inputs.
   */
  private CodedFactors start(Matrix target, int rank, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      LowRankFactorization decomposition = decompose(target, rank, scratch);
      LowRankFactors factors = decomposition.cut(rank, scratch).factors();
      double[] values = Arrays.copyOf(decomposition.spectrum().values(), rank);
      double[] lengths =
          Arrays.stream(values)
              .map(value -> value > NEGLIGIBLE * values[0] ? Math.sqrt(value / values[0]) : 1)
              .toArray();
      Matrix up = Matrices.transpose(factors.up(), scratch);
      scope.device().blas().scaleColumns(up, lengths);
      Matrix down = Matrices.transpose(factors.down(), scratch);
      double[] reciprocals = Arrays.stream(lengths).map(length -> 1 / length).toArray();
      scope.device().blas().scaleRows(down, reciprocals);
      return new CodedFactors(left.code(up, scope), right.code(down, scope));
    }
  }

  private LowRankFactorization decompose(Matrix target, int rank, Scope scope) {
    DecompositionRequest request =
        new DecompositionRequest(
            List.of(new DecompositionRequest.Target(slotOf(target, scope), rank, false)),
            MethodOptions.NONE,
            null,
            scope);
    return OutputProjection.decompose(request, any -> new SecondMoment(moments)).get(0);
  }

  /** L whose outputs are closest beside R as it is stored. */
  private Matrix leftBeside(CodedFactors factors, Matrix target, Scope scope) {
    LowRankFactors stored =
        new LowRankFactors(
            Matrices.transpose(factors.right().value(), scope),
            Matrices.transpose(factors.left().value(), scope));
    LowRankFactors fitted =
        new LeastSquares()
            .refine(slotOf(target, scope), new LowRankLinear(stored, null), moments, scope)
            .factors();
    return Matrices.transpose(Matrices.toDouble(fitted.up(), scope), scope);
  }

  /** A slot that holds what is left of W. */
  private LinearSlot slotOf(Matrix target, Scope scope) {
    Matrix weight = Matrices.copy(Matrices.transpose(target, scope), DType.F32, scope);
    return new LinearSlot(slot.name(), slot.layer(), slot.role(), new DenseLinear(weight, null));
  }

  /** ‖(T − L R) X‖². */
  private double squaredError(CodedFactors factors, Matrix target) {
    try (Scope scratch = target.device().openScope()) {
      Matrix difference = factors.subtractedFrom(target, scratch);
      return Math.max(0, MatrixErrors.squaredImage(difference, moments, scratch));
    }
  }
}
