package io.github.lrfbench.harness.compress.allocate;

import io.github.lrfbench.harness.budget.Budget;

/** What it costs to keep a rank of a matrix, in the unit of the budget. */
@FunctionalInterface
public interface RankCost {
  /** Stored numbers: r (m + n) below break-even, else the m n of the matrix as it is. */
  RankCost PARAMETERS =
      (matrix, rank) ->
          Budget.atOrAboveBreakEven(matrix.rows(), matrix.cols(), rank)
              ? matrix.parameters()
              : (long) rank * (matrix.rows() + matrix.cols());

  /**
   * The cost of one rank.
   *
   * @param rank from 1 to the full rank, which stands for the matrix as it is
   */
  double of(MatrixSpectrum matrix, int rank);
}
