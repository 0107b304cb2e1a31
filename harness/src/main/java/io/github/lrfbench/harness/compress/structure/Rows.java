package io.github.lrfbench.harness.compress.structure;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/** Some rows of matrices. */
final class Rows {
  private Rows() {}

  /** The rows of these numbers, in their order. */
  static Matrix of(Matrix x, int[] rows, Scope scope) {
    Matrix taken = Matrix.of(scope.allocate(x.dtype(), rows.length, x.cols()));
    try (Scope scratch = scope.device().openScope()) {
      scope.device().nn().gatherRows(x, scratch.ints(rows, rows.length), taken);
    }
    return taken;
  }

  /** Rows and columns of these numbers, of a symmetric matrix. */
  static Matrix symmetric(Matrix x, int[] rows, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      return of(Matrices.transpose(of(x, rows, scratch), scratch), rows, scope);
    }
  }
}
