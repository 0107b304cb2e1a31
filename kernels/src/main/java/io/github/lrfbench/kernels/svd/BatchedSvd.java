package io.github.lrfbench.kernels.svd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Batched;
import io.github.lrfbench.kernels.ops.Blas;
import io.github.lrfbench.kernels.ops.MatrixBatch;
import java.util.List;

/**
 * Randomized decompositions of matrices of one shape at once: the steps of {@link RandomizedSvd},
 * each as one call for all matrices, for devices that a single matrix does not fill.
 *
 * <p>In place of {@link SvdAlgorithm#AUTO} it takes twice the rank as columns and as many power
 * iterations as weights need, whose spectra fall slowly, and {@link #missedEnergy} vouches for each
 * result.
 */
final class BatchedSvd {
  /** Copies of the matrices of one batch and what is computed from them stay below a few times. */
  private static final long MAX_BATCH_BYTES = 512L << 20;

  private static final int AUTO_ITERATIONS = 8;

  /** Below, single precision of the basis would show. */
  private static final double AUTO_LEAST_TOLERANCE = 1e-5;

  /** Above, the Gram matrix costs no more. */
  private static final double AUTO_SHARE = 0.5;

  /** Measured on algebraic, exponential and random spectra: the estimate was 0.75 of the truth. */
  private static final double SAFETY = 2;

  private final int width;
  private final int iterations;
  private final SvdOptions options;

  private BatchedSvd(int width, int iterations, SvdOptions options) {
    this.width = width;
    this.iterations = iterations;
    this.options = options;
  }

  /** The way for matrices like this one, or null if a batch has no advantage for them. */
  static BatchedSvd of(SvdRequest request, SvdOptions options) {
    Matrix w = request.matrix();
    int size = Math.min(w.rows(), w.cols());
    int rank = request.resultRank();
    return switch (options.algorithm()) {
      case RANDOMIZED ->
          new BatchedSvd(
              (int) Math.min(size, (long) rank + options.oversampling()),
              options.powerIterations(),
              options);
      case AUTO ->
          2 * rank <= AUTO_SHARE * size
                  && w.dtype() == DType.F32
                  && options.tolerance() >= AUTO_LEAST_TOLERANCE
              ? new BatchedSvd(2 * rank, AUTO_ITERATIONS, options)
              : null;
      case EXACT, GRAM -> null;
    };
  }

  /** Matrices like this one that fit in a batch. */
  static int batchSize(Matrix w) {
    long bytes = (long) w.rows() * w.cols() * w.dtype().bytes();
    return (int) Math.max(1, MAX_BATCH_BYTES / Math.max(1, bytes));
  }

  /**
   * Decomposes matrices of one shape and type, to one rank.
   *
   * @return the results in order; null for a matrix whose result is not within the tolerance
   */
  SvdFactors[] solve(Device device, List<Problem> problems) {
    Matrix first = problems.get(0).w();
    int count = problems.size();
    int m = first.rows();
    int n = first.cols();
    Blas blas = device.blas();
    Batched batched = device.batched();
    SvdFactors[] results = new SvdFactors[count];
    try (Scope work = device.openScope()) {
      MatrixBatch w = MatrixBatch.allocate(work, first.dtype(), count, m, n);
      for (int i = 0; i < count; i++) {
        blas.copy(problems.get(i).w(), w.get(i));
      }
      MatrixBatch q = MatrixBatch.allocate(work, first.dtype(), count, m, width);
      MatrixBatch z = MatrixBatch.allocate(work, first.dtype(), count, n, width);
      Matrix omega = z.get(0);
      new GaussianSource(options.seed()).fill(omega);
      blas.gemm(false, false, 1, w.stacked(), omega, 0, q.stacked());
      batched.orthonormalize(q);
      for (int i = 0; i < iterations; i++) {
        batched.gemm(true, false, 1, w, q, 0, z);
        batched.orthonormalize(z);
        batched.gemm(false, false, 1, w, z, 0, q);
        batched.orthonormalize(q);
      }
      MatrixBatch small = MatrixBatch.allocate(work, first.dtype(), count, width, n);
      batched.gemm(true, false, 1, q, w, 0, small);
      device.forEach(
          count,
          i -> {
            SvdFactors factors = RandomizedSvd.project(problems.get(i), q.get(i), small.get(i));
            results[i] = accepts(w.get(i), small.get(i), factors) ? factors : null;
          });
    }
    return results;
  }

  private boolean accepts(Matrix w, Matrix small, SvdFactors factors) {
    if (options.algorithm() == SvdAlgorithm.RANDOMIZED) {
      return true;
    }
    double tail = factors.spectrum().tail(factors.rank());
    return SAFETY * missedEnergy(w, small, factors) <= 2 * options.tolerance() * tail * tail;
  }

  /**
   * About how much of ‖W‖² the best vectors hold beyond these. In a basis that begins with the
   * computed vectors, W Wᵀ is diag(σᵢ²) but for its residuals rᵢ = W Wᵀ uᵢ - σᵢ² uᵢ, which by
   * second-order perturbation raise the sum of the largest eigenvalues by ‖rᵢ‖² / (σᵢ² - λ) each, λ
   * being what the rest of the space holds. With σᵢ vᵢ = Wᵀ uᵢ, ‖rᵢ‖² = σᵢ² (‖W vᵢ‖² - σᵢ²). For λ
   * stands the mean of the further eigenvalues within the subspace.
   */
  private static double missedEnergy(Matrix w, Matrix small, SvdFactors factors) {
    Blas blas = w.device().blas();
    int rank = factors.rank();
    double[] sigma = factors.singularValues();
    double rest = blas.squaredNorm(small);
    double[] images;
    try (Scope work = w.device().openScope()) {
      Matrix image = Matrix.of(work.allocate(w.dtype(), rank, w.rows()));
      blas.gemm(false, true, 1, factors.vt(), w, 0, image);
      images = blas.rowSquaredNorms(image);
    }
    for (double value : sigma) {
      rest -= value * value;
    }
    double further = Math.max(0, rest) / Math.max(1, small.rows() - rank);
    double missed = 0;
    for (int i = 0; i < rank; i++) {
      double square = sigma[i] * sigma[i];
      double residual = Math.max(0, images[i] - square);
      if (residual > 0) {
        missed += square > further ? square * residual / (square - further) : square;
      }
    }
    return missed;
  }
}
