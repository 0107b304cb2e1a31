package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;

/**
 * The inverse of what a matrix does to the directions that it has.
 *
 * @param matrix X⁺, F64 [n, m]
 * @param condition the quotient of X's largest singular value and the smallest that counts; 1 of a
 *     zero matrix
 */
public record PseudoInverse(Matrix matrix, double condition) {
  /**
   * By the singular value decomposition.
   *
   * @param x F64 [m, n], not modified
   * @param scope owns the result
   */
  public static PseudoInverse of(Matrix x, Scope scope) {
    int size = Math.min(x.rows(), x.cols());
    try (Scope scratch = scope.device().openScope()) {
      Tensor values = scratch.allocate(DType.F64, size);
      Matrix u = Matrices.allocate(scratch, x.rows(), size);
      Matrix vt = Matrices.allocate(scratch, size, x.cols());
      scope.device().lapack().svd(Matrices.toDouble(x, scratch), values, u, vt);
      double[] factors = values.toDoubles();
      double largest = factors[0];
      double negligible = Math.max(x.rows(), x.cols()) * 0x1p-52 * largest;
      double condition = 1;
      for (int i = 0; i < size; i++) {
        boolean counts = factors[i] > negligible;
        condition = counts ? largest / factors[i] : condition;
        factors[i] = counts ? 1 / factors[i] : 0;
      }
      scope.device().blas().scaleColumns(u, factors);
      return new PseudoInverse(Matrices.product(true, vt, true, u, scope), condition);
    }
  }
}
