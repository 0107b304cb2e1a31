package io.github.lrfbench.kernels.cpu.lapack;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.cpu.rows.Rows;
import io.github.lrfbench.kernels.ops.Blas;
import java.util.Arrays;

/**
 * Applies the orthogonal matrix Q = Hₖ … H₁ of a tridiagonal reduction, Hᵢ = I - τᵢ vᵢ vᵢᵀ, to
 * vectors.
 *
 * <p>A block of reflections with the vᵢ as rows of V takes z to z - Vᵀ c with L c = V z, where L is
 * the lower triangle of V Vᵀ with 1/τᵢ on its diagonal (Joffrain et al. 2006). That is three matrix
 * products and a triangular solve, twice as fast as LAPACK's ormtr, which builds L⁻¹ vector by
 * vector.
 */
final class Reflections {
  /** Reflections applied together. */
  private static final int BLOCK = 64;

  private Reflections() {}

  /**
   * Replaces each row z of {@code vectors} by Q z.
   *
   * @param a [n, n], as sytrd left it: vᵢ is row i up to the entry before the diagonal, which is 1
   *     and not stored; destroyed
   * @param tau [n - 1] or more: τᵢ is entry i - 1
   * @param vectors [count, n], modified
   */
  static void apply(Matrix a, double[] tau, Matrix vectors) {
    Blas blas = a.device().blas();
    int n = a.rows();
    try (Scope work = a.device().openScope()) {
      Matrix coefficients = Matrix.of(work.allocate(a.dtype(), BLOCK, vectors.rows()));
      Matrix triangle = Matrix.of(work.allocate(a.dtype(), BLOCK, BLOCK));
      for (int from = 1; from < n; from += BLOCK) {
        int to = Math.min(n, from + BLOCK);
        completeRows(a, tau, from, to);
        Matrix v = a.rows(from, to).columns(0, to - 1);
        Matrix z = vectors.columns(0, to - 1);
        Matrix l = triangle.rows(0, to - from).columns(0, to - from);
        Matrix c = coefficients.rows(0, to - from);
        blas.gemm(false, true, 1, v, v, 0, l);
        setDiagonal(l, tau, from);
        blas.gemm(false, true, 1, v, z, 0, c);
        a.device().lapack().solveLower(false, l, c);
        blas.gemm(true, false, -1, c, v, 1, z);
      }
    }
  }

  /** Writes the ones and the zeros behind them; a reflection that is the identity becomes zero. */
  private static void completeRows(Matrix a, double[] tau, int from, int to) {
    for (int i = from; i < to; i++) {
      double[] row = new double[to - 1];
      if (tau[i - 1] != 0) {
        Rows.read(a.rows(i, i + 1).columns(0, to - 1), 0, row);
        row[i - 1] = 1;
        Arrays.fill(row, i, to - 1, 0);
      }
      Rows.write(a.rows(i, i + 1).columns(0, to - 1), 0, row);
    }
  }

  private static void setDiagonal(Matrix l, double[] tau, int from) {
    double[] inverse = new double[1];
    for (int k = 0; k < l.rows(); k++) {
      double factor = tau[from + k - 1];
      inverse[0] = factor == 0 ? 1 : 1 / factor;
      l.data().write(Rows.start(l, k) + k, inverse, 0, 1);
    }
  }
}
