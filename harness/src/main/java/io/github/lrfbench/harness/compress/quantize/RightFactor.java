package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.compress.lowrank.PseudoInverse;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;

/** The right factor that comes closest, the left one being given: R = L⁺ A. */
final class RightFactor {
  /** Columns of L that add less than this part to those before them have collapsed. */
  private static final double COLLAPSED = 1e-10;

  private RightFactor() {}

  /**
   * Minimizes ‖L R − A‖, by QR; where columns of L depend on each other, by singular values.
   *
   * @param left L, F64 [m, r], r at most m, not modified
   * @param a A, F64 [m, n], not modified
   * @param scope owns the result, F64 [r, n]
   */
  static Matrix of(Matrix left, Matrix a, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      Matrix q = Matrices.toDouble(left, scratch);
      scope.device().lapack().orthonormalize(q);
      Matrix lower = Matrices.product(true, left, false, q, scratch);
      double[] pivots = Arrays.stream(Matrices.diagonal(lower)).map(Math::abs).toArray();
      double largest = Arrays.stream(pivots).max().orElse(0);
      if (!(Arrays.stream(pivots).min().orElse(0) > COLLAPSED * largest)) {
        return Matrices.product(false, PseudoInverse.of(left, scratch).matrix(), false, a, scope);
      }
      Matrix right = Matrices.product(true, q, false, a, scope);
      scope.device().lapack().solveLower(true, lower, right);
      return right;
    }
  }
}
