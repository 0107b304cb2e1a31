package io.github.lrfbench.harness.compress.head;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.Arrays;

/**
 * Reduced-rank regression: of all matrices of a rank, U Uᵀ K predicts what is closest to the
 * predictions of K, U being the largest left singular vectors of K Xᵀ. Where K is the least-squares
 * solution it is also closest to the targets.
 *
 * @param left Uᵀ, F64 [r, c]
 * @param right Uᵀ K, F64 [r, d]
 */
record ReducedRank(Matrix left, Matrix right) {
  /**
   * Cuts a solution.
   *
   * @param k K, F64 [c, d]
   * @param x F64 [N, d]
   * @param rank at most c
   */
  static ReducedRank of(Matrix k, Matrix x, int rank, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      Matrix left = Matrices.allocate(scope, rank, k.rows());
      Tensor values = scratch.allocate(DType.F64, rank);
      Matrix predictions = predictions(k, x, scratch);
      scope.device().lapack().largestEigenpairs(predictions, rank, values, left);
      return new ReducedRank(left, Matrices.product(false, left, false, k, scope));
    }
  }

  /** The singular values of K Xᵀ, in descending order. */
  static double[] spectrum(Matrix k, Matrix x) {
    try (Scope scratch = k.device().openScope()) {
      Tensor values = scratch.allocate(DType.F64, k.rows());
      Matrix vectors = Matrices.allocate(scratch, k.rows(), k.rows());
      Matrix predictions = predictions(k, x, scratch);
      scratch.device().lapack().largestEigenpairs(predictions, k.rows(), values, vectors);
      return Arrays.stream(values.toDoubles()).map(v -> Math.sqrt(Math.max(0, v))).toArray();
    }
  }

  /** K Xᵀ X Kᵀ. */
  private static Matrix predictions(Matrix k, Matrix x, Scope scratch) {
    Matrix images = Matrices.product(false, x, true, k, scratch);
    Matrix gram = Matrices.allocate(scratch, k.rows(), k.rows());
    scratch.device().blas().syrk(true, images, gram);
    return gram;
  }
}
