package io.github.lrfbench.kernels.svd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Blas;

/** The Frobenius distance of a matrix from its truncated decomposition, in double precision. */
final class ReconstructionError {
  /** Rows that are rebuilt at a time: enough for a fast product, few enough to spare memory. */
  private static final int BLOCK_ROWS = 512;

  private ReconstructionError() {}

  static double of(Matrix w, SvdFactors factors) {
    if (w.rows() != factors.rows() || w.cols() != factors.cols()) {
      throw new IllegalArgumentException(
          "a decomposition of "
              + factors.rows()
              + " x "
              + factors.cols()
              + " is not one of "
              + w.rows()
              + " x "
              + w.cols());
    }
    Blas blas = w.device().blas();
    double squares = 0;
    try (Scope scope = w.device().openScope()) {
      Matrix down = Matrix.of(scope.allocate(DType.F64, factors.rank(), w.cols()));
      blas.copy(factors.vt(), down);
      blas.scaleRows(down, factors.singularValues());
      int block = Math.min(BLOCK_ROWS, w.rows());
      Matrix upBlock = Matrix.of(scope.allocate(DType.F64, block, factors.rank()));
      Matrix difference = Matrix.of(scope.allocate(DType.F64, block, w.cols()));
      for (int from = 0; from < w.rows(); from += block) {
        int to = Math.min(w.rows(), from + block);
        Matrix up = upBlock.rows(0, to - from);
        Matrix rest = difference.rows(0, to - from);
        blas.copy(factors.u().rows(from, to), up);
        blas.copy(w.rows(from, to), rest);
        blas.gemm(false, false, -1, up, down, 1, rest);
        squares += blas.squaredNorm(rest);
      }
    }
    return Math.sqrt(squares);
  }
}
