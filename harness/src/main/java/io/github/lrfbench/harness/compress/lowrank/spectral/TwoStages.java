package io.github.lrfbench.harness.compress.lowrank.spectral;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.SampledErrors;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MatrixErrors;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.svd.SigmaSplit;
import io.github.lrfbench.kernels.svd.Spectrum;
import io.github.lrfbench.kernels.svd.SvdAlgorithm;
import io.github.lrfbench.kernels.svd.SvdFactors;
import io.github.lrfbench.kernels.svd.SvdOptions;
import io.github.lrfbench.kernels.svd.TruncatedSvd;

/**
 * A matrix of a rank in two stages: the first k columns and rows are another factorization's, the
 * others the truncated SVD of what those leave of W. As k grows with the rank, ranks are not
 * nested.
 *
 * @param slot of the matrix W
 * @param moments of its inputs, in which the first stage's errors are
 * @param first the first stage; its singular values stand for the spectrum
 * @param share of a rank that it has
 */
record TwoStages(LinearSlot slot, Moments moments, LowRankFactorization first, double share)
    implements LowRankFactorization {
  @Override
  public int rows() {
    return first.rows();
  }

  @Override
  public int cols() {
    return first.cols();
  }

  @Override
  public int rank() {
    return first.rank();
  }

  @Override
  public Spectrum spectrum() {
    return first.spectrum();
  }

  @Override
  public LowRankFactors nested(Scope scope) {
    return first.nested(scope);
  }

  @Override
  public boolean measuresAll() {
    return SampledErrors.areAll(rank());
  }

  @Override
  public double[] squaredErrors(Matrix w, ErrorMetric metric) {
    return SampledErrors.of(
        first.squaredErrors(w, metric),
        rank -> {
          try (Scope scratch = w.device().openScope()) {
            LowRankLinear map = new LowRankLinear(cut(rank, scratch).factors(), null);
            return metric.squared(MatrixErrors.difference(w, map, scratch), scratch);
          }
        });
  }

  @Override
  public Cut cut(int rank, Scope scope) {
    int ofFirst = (int) Math.round(share * rank);
    if (ofFirst == rank) {
      return first.cut(rank, scope);
    }
    try (Scope scratch = scope.device().openScope()) {
      LowRankFactors head = ofFirst == 0 ? null : first.cut(ofFirst, scratch).factors();
      Matrix rest = Matrices.toDouble(SlotMatrix.of(slot, scratch), scratch);
      if (head != null) {
        rest = MatrixErrors.difference(rest, new LowRankLinear(head, null), scratch);
      }
      SvdFactors svd =
          new TruncatedSvd(scope.device(), SvdOptions.of(SvdAlgorithm.GRAM))
              .factor(scratch, rest, rank - ofFirst);
      LowRankFactors tail = svd.split(scratch, SigmaSplit.BOTH);
      scope.device().blas().gemm(true, true, -1, tail.up(), tail.down(), 1, rest);
      double error = Math.sqrt(Math.max(0, MatrixErrors.squaredImage(rest, moments, scratch)));
      return new Cut(
          joined(head, tail, scope),
          new Diagnostics(
              svd.algorithm().label(),
              error,
              Double.NaN,
              0,
              "rank " + ofFirst + " by outputs, " + (rank - ofFirst) + " by weights"));
    }
  }

  /** Both stages' columns and rows side by side, F64. */
  private static LowRankFactors joined(LowRankFactors head, LowRankFactors tail, Scope scope) {
    int from = head == null ? 0 : head.rank();
    int rank = from + tail.rank();
    Matrix down = Matrices.allocate(scope, tail.inputs(), rank);
    Matrix up = Matrices.allocate(scope, rank, tail.outputs());
    if (head != null) {
      scope.device().blas().copy(head.down(), down.columns(0, from));
      scope.device().blas().copy(head.up(), up.rows(0, from));
    }
    scope.device().blas().copy(tail.down(), down.columns(from, rank));
    scope.device().blas().copy(tail.up(), up.rows(from, rank));
    return new LowRankFactors(down, up);
  }
}
