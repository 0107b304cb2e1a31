package io.github.lrfbench.harness.compress.columns;

import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization.Cut;
import io.github.lrfbench.harness.compress.lowrank.PseudoInverse;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.Arrays;
import java.util.Locale;

/**
 * Columns J and rows I, W ≈ C U R, U brings closest what is weighed: U = C⁺ A A[I, :]⁺ where C =
 * W[:, J] and R = W[I, :]. The skeleton's core is W[I, J]⁺.
 *
 * @param columns J
 * @param rows I
 * @param optimal the core, or the skeleton's
 * @param select how columns and rows were chosen, for the results
 */
record Cur(Weighing matrix, int[] columns, int[] rows, boolean optimal, String select)
    implements ChosenFactors {
  @Override
  public Cut cut(int rank, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      int[] someColumns = Arrays.copyOf(columns, rank);
      int[] someRows = Arrays.copyOf(rows, rank);
      Matrix up = Interpolation.rows(Matrices.transpose(matrix.w(), scratch), someColumns, scope);
      Matrix kept = Interpolation.rows(matrix.w(), someRows, scratch);
      PseudoInverse ofColumns = PseudoInverse.of(Matrices.transpose(up, scratch), scratch);
      PseudoInverse ofRows;
      Matrix core;
      if (optimal) {
        ofRows = PseudoInverse.of(Interpolation.rows(matrix.a(), someRows, scratch), scratch);
        Matrix left = Matrices.product(false, ofColumns.matrix(), false, matrix.a(), scratch);
        core = Matrices.product(false, left, false, ofRows.matrix(), scratch);
      } else {
        Matrix crossed = Matrices.allocate(scratch, rank, rank);
        scope.device().nn().gatherColumns(kept, scratch.ints(someColumns, rank), crossed);
        ofRows = PseudoInverse.of(crossed, scratch);
        core = ofRows.matrix();
      }
      Matrix down = Matrices.product(true, kept, true, core, scope);
      String note =
          String.format(
              Locale.ROOT,
              optimal
                  ? "columns and rows by %s, conditions %.4g and %.4g"
                  : "columns and rows by %s, conditions %.4g and, where they cross, %.4g",
              select,
              ofColumns.condition(),
              ofRows.condition());
      double condition = Math.max(ofColumns.condition(), ofRows.condition());
      return new Cut(
          new LowRankFactors(down, up), new Diagnostics(select, Double.NaN, condition, 0, note));
    }
  }

  @Override
  public LowRankFactors nested() {
    throw new UnsupportedOperationException("every rank has a core of its own");
  }
}
