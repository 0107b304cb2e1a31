package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;

/**
 * T = L with L Lᵀ = C, or C plus a ridge; taken back by solving a triangular system.
 *
 * @param l F64 [n, n], lower triangular
 * @param condition an estimate: the quotient of L's largest and smallest pivot
 * @param ridge what was added to C's diagonal, relative to its mean
 */
public record CholeskyTransform(Matrix l, double condition, double ridge)
    implements InputTransform {
  private static final double UNIT_ROUNDOFF = 0x1p-53;

  /**
   * The transform of a Gram matrix.
   *
   * @param gram C, F64 [n, n], not modified
   * @param ridge to add to the diagonal, relative to its mean
   * @return null if the matrix is singular to working precision
   */
  static CholeskyTransform of(Matrix gram, double ridge, Scope scope) {
    Matrix l = Matrices.toDouble(gram, scope);
    double[] diagonal = Matrices.diagonal(gram);
    double mean = 0;
    for (double element : diagonal) {
      mean += element / diagonal.length;
    }
    Matrices.addToDiagonal(l, ridge * mean);
    if (!scope.device().lapack().cholesky(l)) {
      return null;
    }
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    double[] pivots = Matrices.diagonal(l);
    for (int i = 0; i < pivots.length; i++) {
      least = Math.min(least, pivots[i] * pivots[i] / (diagonal[i] + ridge * mean));
      most = Math.max(most, pivots[i]);
    }
    // What is left of a diagonal element after elimination is rounding error below this.
    if (!(least > 2 * pivots.length * UNIT_ROUNDOFF)) {
      return null;
    }
    double smallest = Arrays.stream(pivots).min().orElse(1);
    return new CholeskyTransform(l, most / smallest, ridge);
  }

  @Override
  public Matrix multiply(Matrix w, Scope scope) {
    return Matrices.product(false, Matrices.toDouble(w, scope), false, l, scope);
  }

  @Override
  public void divide(Matrix v) {
    try (Scope scratch = v.device().openScope()) {
      Matrix columns = Matrices.transpose(v, scratch);
      v.device().lapack().solveLower(true, l, columns);
      v.device().blas().transpose(columns, v);
    }
  }

  @Override
  public String note() {
    return ridge == 0 ? "" : "the inputs' Gram matrix is singular: relative ridge " + ridge;
  }
}
