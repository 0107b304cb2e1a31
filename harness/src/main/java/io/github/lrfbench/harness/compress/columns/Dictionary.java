package io.github.lrfbench.harness.compress.columns;

import io.github.lrfbench.harness.compress.lowrank.CholeskyTransform;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization.Cut;
import io.github.lrfbench.harness.compress.lowrank.Whitening;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.Arrays;

/**
 * Kernel ridge regression of a matrix's columns on those that are observed (Denil et al. 2013): W ≈
 * V D with the dictionary D = (K[J, J] + λ)⁻¹ K[J, :] of a kernel K over the inputs. V is W[:, J],
 * or what fits the dictionary best by a metric M, V = W M Dᵀ (D M Dᵀ)⁻¹.
 *
 * <p>With L Lᵀ = K[J, J] + λ the rows of B = L⁻¹ K[J, :] do not depend on those after them, and D =
 * L⁻ᵀ B.
 */
final class Dictionary implements ChosenFactors {
  private final Matrix root;
  private final Matrix rows;
  private final Matrix observed;
  private final Matrix metricRoot;
  private final LowRankFactors nested;
  private final double ridge;

  /**
   * A dictionary.
   *
   * @param w W, F64 [m, n]
   * @param kernel K, F64 [n, n]
   * @param chosen J
   * @param lambda λ
   * @param metric M, by which V is fitted; null where V is W[:, J]
   * @param scope owns what is made
   */
  Dictionary(
      Matrix w, Matrix kernel, int[] chosen, double lambda, ErrorMetric metric, Scope scope) {
    int count = chosen.length;
    rows = Interpolation.rows(kernel, chosen, scope);
    try (Scope scratch = scope.device().openScope()) {
      Matrix inner = Matrices.allocate(scratch, count, count);
      scope.device().nn().gatherColumns(rows, scratch.ints(chosen, count), inner);
      Matrices.addToDiagonal(inner, lambda);
      CholeskyTransform own = Whitening.damped(inner, scratch);
      root = root(own, count, scope);
      scope.device().lapack().solveLower(false, root, rows);
      observed = Interpolation.rows(Matrices.transpose(w, scratch), chosen, scope);
      if (metric == null) {
        metricRoot = null;
        ridge = own == null ? 0 : own.ridge();
        Matrix up = Matrices.toDouble(observed, scope);
        scope.device().lapack().solveLower(false, root, up);
        nested = new LowRankFactors(Matrices.transpose(rows, scope), up);
        return;
      }
      Matrix columns = Matrices.transpose(rows, scope);
      Matrix images = metric.image(columns, scratch);
      Matrix squares = Matrices.product(true, columns, false, images, scratch);
      CholeskyTransform ofMetric = Whitening.damped(squares, scratch);
      metricRoot = root(ofMetric, count, scope);
      ridge = Math.max(own == null ? 0 : own.ridge(), ofMetric == null ? 0 : ofMetric.ridge());
      Matrix up = Matrices.product(true, images, true, w, scope);
      scope.device().lapack().solveLower(false, metricRoot, up);
      Matrix down = Matrices.toDouble(rows, scratch);
      scope.device().lapack().solveLower(false, metricRoot, down);
      nested = new LowRankFactors(Matrices.transpose(down, scope), up);
    }
  }

  /** Of a matrix that no ridge helps, which is zero, the identity. */
  static Matrix root(CholeskyTransform found, int count, Scope scope) {
    if (found != null) {
      return Matrices.toDouble(found.l(), scope);
    }
    Matrix identity = Matrix.of(scope.zeros(DType.F64, count, count));
    Matrices.addToDiagonal(identity, 1);
    return identity;
  }

  @Override
  public Cut cut(int rank, Scope scope) {
    Matrix lower = root.rows(0, rank).columns(0, rank);
    try (Scope scratch = scope.device().openScope()) {
      Matrix dictionary = Matrices.toDouble(rows.rows(0, rank), scratch);
      scope.device().lapack().solveLower(true, lower, dictionary);
      Matrix up;
      if (metricRoot == null) {
        up = Matrices.toDouble(observed.rows(0, rank), scope);
      } else {
        Matrix values = Matrices.toDouble(nested.up().rows(0, rank), scratch);
        Matrix ofMetric = metricRoot.rows(0, rank).columns(0, rank);
        scope.device().lapack().solveLower(true, ofMetric, values);
        up = Matrices.product(false, lower, false, values, scope);
      }
      int outputs = up.cols();
      int inputs = dictionary.cols();
      String note =
          (long) rank * (outputs + inputs)
              + " numbers as two factors, "
              + (long) rank * (outputs + 1)
              + " if the dictionary is made anew from the kernel";
      double[] pivots = Arrays.stream(Matrices.diagonal(lower)).toArray();
      double condition =
          Arrays.stream(pivots).max().orElse(1) / Arrays.stream(pivots).min().orElse(1);
      return new Cut(
          new LowRankFactors(Matrices.transpose(dictionary, scope), up),
          new Diagnostics("kernel ridge regression", Double.NaN, condition, ridge, note));
    }
  }

  @Override
  public LowRankFactors nested() {
    return nested;
  }
}
