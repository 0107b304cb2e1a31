package io.github.lrfbench.harness.budget.allocate;

import java.util.List;

/**
 * Every matrix keeps the smallest rank that holds one share of its squared norm, and the share is
 * found by bisection so that the budget holds.
 */
public record EqualEnergy() implements Allocator {
  private static final int HALVINGS = 60;

  @Override
  public int[] ranks(List<MatrixSpectrum> matrices, Terms terms) {
    Selection best = atShare(matrices, terms, 1);
    if (best.isWithinBudget()) {
      return best.ranks();
    }
    best = atShare(matrices, terms, 0);
    double low = 0;
    double high = 1;
    for (int i = 0; i < HALVINGS; i++) {
      double share = low + (high - low) / 2;
      Selection tried = atShare(matrices, terms, share);
      if (tried.isWithinBudget()) {
        best = tried;
        low = share;
      } else {
        high = share;
      }
    }
    return best.ranks();
  }

  private static Selection atShare(List<MatrixSpectrum> matrices, Terms terms, double share) {
    Selection selection = new Selection(matrices, Importance.EQUAL.weights(matrices), terms);
    for (int i = 0; i < selection.size(); i++) {
      selection.choose(i, selection.choices(i).atLeast(rank(matrices.get(i), share)));
    }
    return selection;
  }

  private static int rank(MatrixSpectrum matrix, double share) {
    double[] tails = matrix.squaredTails();
    double allowed = tails[0] * (1 - share);
    int rank = 1;
    while (rank < matrix.fullRank() && tails[rank] > allowed) {
      rank++;
    }
    return rank;
  }
}
