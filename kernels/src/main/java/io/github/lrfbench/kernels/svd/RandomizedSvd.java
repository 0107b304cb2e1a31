package io.github.lrfbench.kernels.svd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Blas;
import io.github.lrfbench.kernels.ops.Lapack;

/**
 * Halko, Martinsson and Tropp 2011: a basis Q of W Ω for Gaussian Ω, made better by power
 * iterations with a QR factorization after each product, without which directions below
 * u^(1/(2q+1)) σ₁ would be lost; then the decomposition of the small matrix Qᵀ W.
 */
final class RandomizedSvd {
  private RandomizedSvd() {}

  static SvdFactors solve(Problem problem, SvdOptions options) {
    Device device = problem.device();
    Blas blas = device.blas();
    Lapack lapack = device.lapack();
    Matrix w = problem.w();
    int width = (int) Math.min(problem.size(), (long) problem.rank() + options.oversampling());
    try (Scope work = device.openScope()) {
      Matrix omega = Matrix.of(work.allocate(w.dtype(), w.cols(), width));
      Matrix q = Matrix.of(work.allocate(w.dtype(), w.rows(), width));
      new GaussianSource(options.seed()).fill(omega);
      blas.gemm(false, false, 1, w, omega, 0, q);
      lapack.orthonormalize(q);
      for (int i = 0; i < options.powerIterations(); i++) {
        blas.gemm(true, false, 1, w, q, 0, omega);
        lapack.orthonormalize(omega);
        blas.gemm(false, false, 1, w, omega, 0, q);
        lapack.orthonormalize(q);
      }
      Matrix small = Matrix.of(work.allocate(w.dtype(), width, w.cols()));
      blas.gemm(true, false, 1, q, w, 0, small);
      return project(problem, q, small);
    }
  }

  /**
   * The decomposition within the space of a basis.
   *
   * @param q [m, k], orthonormal columns
   * @param small qᵀ W, [k, n]
   */
  static SvdFactors project(Problem problem, Matrix q, Matrix small) {
    Blas blas = problem.device().blas();
    DType dtype = problem.w().dtype();
    try (Scope work = problem.device().openScope()) {
      Matrix smallU = Matrix.of(work.allocate(dtype, small.rows(), problem.rank()));
      double smallNorm = Math.sqrt(blas.squaredNorm(small));
      SvdFactors inner =
          GramSvd.solve(new Problem(small, smallNorm, smallU, problem.vt()), DType.F64);
      blas.gemm(false, false, 1, q, smallU, 0, problem.u());
      boolean exact = small.rows() == problem.size();
      return problem.solved(inner.spectrum().values(), exact, SvdAlgorithm.RANDOMIZED, dtype);
    }
  }
}
