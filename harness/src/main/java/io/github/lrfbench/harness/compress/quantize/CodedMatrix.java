package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * A matrix as its codes say it.
 *
 * @param codes what is stored
 * @param value the numbers that it stands for, F64 [m, n]
 */
record CodedMatrix(Codes codes, Matrix value) {
  /** How a matrix becomes codes. */
  @FunctionalInterface
  interface Coding {
    /**
     * Codes a matrix.
     *
     * @param x F64 [m, n], not modified
     * @param scope owns the result
     * @throws io.github.lrfbench.kernels.InputException if it holds NaN or infinity
     */
    CodedMatrix code(Matrix x, Scope scope);
  }

  /**
   * What codes stand for.
   *
   * @param scope owns the numbers
   */
  static CodedMatrix of(Codes codes, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      Matrix written = Matrix.of(scratch.allocate(DType.F32, codes.rows(), codes.cols()));
      codes.map(scratch).materialize(scope.device(), written);
      return new CodedMatrix(codes, Matrices.toDouble(written, scope));
    }
  }

  /** The same matrix, owned by a scope. */
  CodedMatrix copyTo(Scope scope) {
    return new CodedMatrix(codes, Matrices.toDouble(value, scope));
  }

  /** The same codes, every number being multiplied by a factor. */
  CodedMatrix times(double factor, Scope scope) {
    return of(codes.times(factor), scope);
  }
}
