package io.github.lrfbench.harness.compress.lowrank.elementwise;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.svd.SigmaSplit;
import io.github.lrfbench.kernels.svd.SvdAlgorithm;
import io.github.lrfbench.kernels.svd.SvdOptions;
import io.github.lrfbench.kernels.svd.TruncatedSvd;
import java.util.Arrays;

/** Closed forms to start from. */
final class Starts {
  /** As good as exact for the largest singular values, in double precision, and much faster. */
  static final SvdOptions SVD = SvdOptions.of(SvdAlgorithm.GRAM);

  private Starts() {}

  /** The truncated SVD of W: best where all weights are equal. */
  static Factors plain(WeightedProblem problem, int rank, Scope scope) {
    double[] ones = new double[problem.cols()];
    Arrays.fill(ones, 1);
    return scaled(problem, null, ones, rank, scope);
  }

  /** The SVD of W weighted by the column sums of H (FWSVD): best where H's rows are equal. */
  static Factors byColumns(WeightedProblem problem, int rank, Scope scope) {
    double[] sums = new double[problem.cols()];
    double[] h = problem.h().data().toDoubles();
    for (int i = 0; i < h.length; i++) {
      sums[i % sums.length] += h[i];
    }
    double largest = Arrays.stream(sums).max().orElseThrow();
    double[] scales = new double[sums.length];
    for (int j = 0; j < scales.length; j++) {
      scales[j] = largest > 0 ? Math.sqrt(Math.max(sums[j] / largest, FLOOR)) : 1;
    }
    return scaled(problem, null, scales, rank, scope);
  }

  /** The SVD of W weighted by rows and columns: the best where H has rank one. */
  static Factors byRowsAndColumns(
      WeightedProblem problem, RankOneWeights weights, int rank, Scope scope) {
    double[] rows = Arrays.stream(weights.rows()).map(Math::sqrt).toArray();
    double[] cols = Arrays.stream(weights.cols()).map(Math::sqrt).toArray();
    return scaled(problem, rows, cols, rank, scope);
  }

  /** Column weights below this part of the largest are raised to it, as FWSVD does. */
  private static final double FLOOR = 1e-8;

  private static Factors scaled(
      WeightedProblem problem, double[] rows, double[] cols, int rank, Scope scope) {
    Device device = problem.device();
    try (Scope scratch = device.openScope()) {
      Matrix scaled = Matrix.of(scratch.allocate(DType.F64, problem.rows(), problem.cols()));
      device.blas().copy(problem.w(), scaled);
      if (rows != null) {
        device.blas().scaleRows(scaled, rows);
      }
      device.blas().scaleColumns(scaled, cols);
      LowRankFactors cut =
          new TruncatedSvd(device, SVD)
              .factor(scratch, scaled, rank)
              .split(scratch, SigmaSplit.BOTH);
      Factors factors = Factors.of(cut, scope);
      if (rows != null) {
        device.blas().scaleRows(factors.u(), inverse(rows));
      }
      device.blas().scaleRows(factors.v(), inverse(cols));
      return factors;
    }
  }

  private static double[] inverse(double[] scales) {
    return Arrays.stream(scales).map(scale -> 1 / scale).toArray();
  }
}
