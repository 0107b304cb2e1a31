package io.github.lrfbench.harness.compress.head;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.Arrays;

/**
 * Least squares of targets on features for any ridge, min ‖T − X Kᵀ‖² + λ ‖K‖², all from one
 * decomposition of Xᵀ X. Directions whose singular value in X is below a millionth of the largest
 * are noise and left out.
 */
final class RidgeFits {
  private static final double CUTOFF = 1e-6;

  /** Eigenvectors of Xᵀ X as rows, [d, d]. */
  private final Matrix vectors;

  /** Its eigenvalues, the squared singular values of X. */
  private final double[] squares;

  /** Xᵀ T under the eigenvectors, [d, c]. */
  private final Matrix products;

  /**
   * Decomposes.
   *
   * @param x F64 [N, d], not modified
   * @param t F64 [N, c], not modified
   * @param scope owns the decomposition
   */
  RidgeFits(Matrix x, Matrix t, Scope scope) {
    int d = x.cols();
    vectors = Matrices.allocate(scope, d, d);
    try (Scope scratch = scope.device().openScope()) {
      Matrix gram = Matrices.allocate(scratch, d, d);
      scope.device().blas().syrk(true, x, gram);
      Tensor values = scratch.allocate(DType.F64, d);
      scope.device().lapack().largestEigenpairs(gram, d, values, vectors);
      squares = values.toDoubles();
      products =
          Matrices.product(
              false, vectors, false, Matrices.product(true, x, false, t, scratch), scope);
    }
  }

  /** The mean of the diagonal of Xᵀ X, which ridges are told in. */
  double meanSquare() {
    return Math.max(0, Arrays.stream(squares).average().orElse(0));
  }

  /** The directions of X, those with the most variance first, as rows [d, d]. */
  Matrix directions() {
    return vectors;
  }

  /**
   * The solution.
   *
   * @param ridge λ, absolute; 0 for the one with the smallest norm
   * @return K, F64 [c, d]
   */
  Matrix solve(double ridge, Scope scope) {
    double least = CUTOFF * CUTOFF * squares[0];
    double[] factors =
        Arrays.stream(squares)
            .map(square -> square > least && square > 0 ? 1 / (square + ridge) : 0)
            .toArray();
    try (Scope scratch = scope.device().openScope()) {
      Matrix scaled = Matrices.toDouble(products, scratch);
      scope.device().blas().scaleRows(scaled, factors);
      return Matrices.product(true, scaled, false, vectors, scope);
    }
  }
}
