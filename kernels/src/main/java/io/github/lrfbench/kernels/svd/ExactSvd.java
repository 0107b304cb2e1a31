package io.github.lrfbench.kernels.svd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Blas;

/**
 * The full decomposition, then cut. In double precision also for F32 input: it takes twice the time
 * of single, but this is the algorithm that the others are measured against.
 */
final class ExactSvd {
  private ExactSvd() {}

  static SvdFactors solve(Problem problem) {
    Matrix w = problem.w();
    int size = problem.size();
    Blas blas = problem.device().blas();
    try (Scope work = problem.device().openScope()) {
      Matrix copy = Matrix.of(work.allocate(DType.F64, w.rows(), w.cols()));
      Tensor s = work.allocate(DType.F64, size);
      Matrix u = Matrix.of(work.allocate(DType.F64, w.rows(), size));
      Matrix vt = Matrix.of(work.allocate(DType.F64, size, w.cols()));
      blas.copy(w, copy);
      problem.device().lapack().svd(copy, s, u, vt);
      blas.copy(u.columns(0, problem.rank()), problem.u());
      blas.copy(vt.rows(0, problem.rank()), problem.vt());
      return problem.solved(s.toDoubles(), true, SvdAlgorithm.EXACT, DType.F64);
    }
  }

  /** All singular values of W, whose Frobenius norm is {@code norm}, without vectors. */
  static Spectrum spectrum(Matrix w, double norm) {
    int size = Math.min(w.rows(), w.cols());
    try (Scope work = w.device().openScope()) {
      Matrix copy = Matrix.of(work.allocate(DType.F64, w.rows(), w.cols()));
      Tensor s = work.allocate(DType.F64, size);
      w.device().blas().copy(w, copy);
      w.device().lapack().singularValues(copy, s);
      return new Spectrum(s.toDoubles(), size, norm, true);
    }
  }
}
