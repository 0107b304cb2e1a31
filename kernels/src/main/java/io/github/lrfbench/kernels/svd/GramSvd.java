package io.github.lrfbench.kernels.svd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Blas;

/**
 * The decomposition from the eigenvectors of the smaller Gram matrix.
 *
 * <p>With W of [m, n], n ≤ m, and V the largest eigenvectors of WᵀW: W ≈ (W V) Vᵀ. This is a
 * projection of W, so the singular values are the norms of the columns of W V, and none is ever
 * found by dividing through a small one. For m &lt; n the same with the transpose.
 *
 * <p>Squaring W halves the digits: with unit roundoff u, directions whose singular value is below
 * √u of the largest are not told apart. For the largest ones this does no harm; {@link
 * GramAccuracy} says how much.
 */
final class GramSvd {
  private GramSvd() {}

  static SvdFactors solve(Problem problem, DType precision) {
    Matrix w = problem.w();
    Blas blas = problem.device().blas();
    boolean tall = w.rows() >= w.cols();
    int size = problem.size();
    int rank = problem.rank();
    try (Scope work = problem.device().openScope()) {
      Matrix a = w;
      if (w.dtype() != precision) {
        a = Matrix.of(work.allocate(precision, w.rows(), w.cols()));
        blas.copy(w, a);
      }
      Matrix gram = Matrix.of(work.allocate(precision, size, size));
      Matrix basis = Matrix.of(work.allocate(precision, rank, size));
      Matrix projected = Matrix.of(work.allocate(precision, rank, Math.max(w.rows(), w.cols())));
      blas.syrk(tall, a, gram);
      problem
          .device()
          .lapack()
          .largestEigenpairs(gram, rank, work.allocate(precision, rank), basis);
      blas.gemm(false, tall, 1, basis, a, 0, projected);
      double[] sigma = RowNorms.normalize(projected);
      RowNorms.sortDescending(sigma, projected, basis);
      blas.transpose(tall ? projected : basis, problem.u());
      blas.copy(tall ? basis : projected, problem.vt());
      return problem.solved(sigma, true, SvdAlgorithm.GRAM, precision);
    }
  }
}
