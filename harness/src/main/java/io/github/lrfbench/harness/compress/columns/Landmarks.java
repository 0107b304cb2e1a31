package io.github.lrfbench.harness.compress.columns;

import io.github.lrfbench.harness.compress.lowrank.CholeskyTransform;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization.Cut;
import io.github.lrfbench.harness.compress.lowrank.Whitening;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.linear.Chain;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.SelectedInputs;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.Arrays;

/**
 * The inputs' second moments by landmarks J, C ≈ C[:, J] C[J, J]⁻¹ C[J, :] (Williams and Seeger
 * 2001), which predicts all inputs from those: W x ≈ U x[J] with U = W C[:, J] C[J, J]⁻¹.
 *
 * <p>With L Lᵀ = C[J, J] and B = L⁻¹ C[J, :], U = W Bᵀ L⁻¹; the rows of B do not depend on those
 * after them.
 */
final class Landmarks implements ChosenFactors {
  /** Added to the diagonal of C[J, J], relative to its mean (Gittens and Mahoney 2016). */
  private static final double STABILIZER = 1e-10;

  private final String select;
  private final int[] chosen;
  private final int inputs;
  private final Matrix root;
  private final double ridge;
  private final double condition;
  private final LowRankFactors nested;

  /**
   * Landmarks.
   *
   * @param w W, F64 [m, n]
   * @param gram C, F64 [n, n]
   * @param chosen J
   * @param select how they were chosen, for the results
   * @param scope owns what is made
   */
  Landmarks(Matrix w, Matrix gram, int[] chosen, String select, Scope scope) {
    this.select = select;
    this.chosen = chosen;
    this.inputs = gram.rows();
    int count = chosen.length;
    double mean = Arrays.stream(Matrices.diagonal(gram)).average().orElse(0);
    try (Scope scratch = scope.device().openScope()) {
      Matrix rows = Interpolation.rows(gram, chosen, scratch);
      Matrix inner = Matrices.allocate(scratch, count, count);
      scope.device().nn().gatherColumns(rows, scratch.ints(chosen, count), inner);
      Matrices.addToDiagonal(inner, STABILIZER * mean);
      CholeskyTransform found = Whitening.damped(inner, scratch);
      ridge = found == null ? 0 : found.ridge();
      condition = found == null ? Double.NaN : found.condition();
      root = Dictionary.root(found, count, scope);
      scope.device().lapack().solveLower(false, root, rows);
      Matrix up = Matrices.product(false, rows, true, w, scope);
      nested = new LowRankFactors(selection(scope), up);
    }
  }

  /** What reads the landmarks and takes L back, [n, k]. */
  private Matrix selection(Scope scope) {
    int count = chosen.length;
    try (Scope scratch = scope.device().openScope()) {
      Matrix inverse = Matrix.of(scratch.zeros(DType.F64, count, count));
      Matrices.addToDiagonal(inverse, 1);
      scope.device().lapack().solveLower(false, root, inverse);
      Matrix down = Matrix.of(scope.zeros(DType.F64, inputs, count));
      scope
          .device()
          .nn()
          .scatterRows(Matrices.transpose(inverse, scratch), scratch.ints(chosen, count), down);
      return down;
    }
  }

  /** Uᵀ [rank, m]. */
  private Matrix up(int rank, Scope scope) {
    Matrix up = Matrices.toDouble(nested.up().rows(0, rank), scope);
    scope.device().lapack().solveLower(true, root.rows(0, rank).columns(0, rank), up);
    return up;
  }

  private Diagnostics diagnostics() {
    return new Diagnostics("landmarks by " + select, Double.NaN, condition, ridge, "");
  }

  @Override
  public Cut cut(int rank, Scope scope) {
    Matrix down = Matrix.of(scope.zeros(DType.F64, inputs, rank));
    try (Scope scratch = scope.device().openScope()) {
      Matrix identity = Matrix.of(scratch.zeros(DType.F64, rank, rank));
      Matrices.addToDiagonal(identity, 1);
      scope
          .device()
          .nn()
          .scatterRows(identity, scratch.ints(Arrays.copyOf(chosen, rank), rank), down);
    }
    return new Cut(new LowRankFactors(down, up(rank, scope)), diagnostics());
  }

  @Override
  public Fit fit(int rank, Scope scope) {
    SelectedInputs read = SelectedInputs.of(Arrays.copyOf(chosen, rank), inputs, scope);
    return new Fit(new Chain(read, new DenseLinear(up(rank, scope), null)), diagnostics());
  }

  @Override
  public LowRankFactors nested() {
    return nested;
  }
}
