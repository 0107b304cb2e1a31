package io.github.lrfbench.harness.compress.allocate;

import java.util.List;

/** A policy of sharing a budget out among matrices. */
public interface Allocator {
  /**
   * Chooses a rank for every matrix. Together they cost no more than the budget, unless the
   * smallest ranks there are already do.
   *
   * @param matrices at least one
   * @param terms the budget and what spends it
   * @return for every matrix a rank from 1 to its full rank, which stands for the matrix as it is
   */
  int[] ranks(List<MatrixSpectrum> matrices, Terms terms);

  /**
   * What is to be kept to.
   *
   * @param budget how much may be spent, in the unit of the cost
   * @param cost what a rank costs
   * @param multiple ranks are multiples of this number, at least the number itself; of the matrices
   *     as they are not
   */
  record Terms(double budget, RankCost cost, int multiple) {
    /** Checks the multiple. */
    public Terms {
      if (multiple < 1) {
        throw new IllegalArgumentException("ranks are multiples of at least 1");
      }
    }

    /** A budget of stored numbers and any ranks. */
    public static Terms parameters(double budget) {
      return new Terms(budget, RankCost.PARAMETERS, 1);
    }
  }
}
