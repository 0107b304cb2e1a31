package io.github.lrfbench.harness.compress.allocate;

import java.util.List;

/**
 * Every matrix keeps the smallest rank that holds one share of its squared norm, and the share is
 * found by bisection so that the budget holds.
 */
public record EqualEnergy() implements Allocator {
  private static final int HALVINGS = 60;

  @Override
  public int[] ranks(List<MatrixSpectrum> matrices, Terms terms) {
    List<Choices> choices = Selection.choices(matrices, Importance.EQUAL.weights(matrices), terms);
    List<double[]> tails = matrices.stream().map(MatrixSpectrum::squaredTails).toList();
    Selection best = atShare(choices, tails, terms, 1);
    if (best.isWithinBudget()) {
      return best.ranks();
    }
    best = atShare(choices, tails, terms, 0);
    double low = 0;
    double high = 1;
    for (int i = 0; i < HALVINGS; i++) {
      double share = low + (high - low) / 2;
      Selection tried = atShare(choices, tails, terms, share);
      if (tried.isWithinBudget()) {
        best = tried;
        low = share;
      } else {
        high = share;
      }
    }
    return best.ranks();
  }

  private static Selection atShare(
      List<Choices> choices, List<double[]> tails, Terms terms, double share) {
    Selection selection = new Selection(choices, terms);
    for (int i = 0; i < choices.size(); i++) {
      selection.choose(i, choices.get(i).atLeast(rank(tails.get(i), share)));
    }
    return selection;
  }

  /**
   * The smallest rank that holds a share.
   *
   * @param tails the squared error by rank, from 0 to the full one
   */
  private static int rank(double[] tails, double share) {
    double allowed = tails[0] * (1 - share);
    int rank = 1;
    while (rank < tails.length - 1 && tails[rank] > allowed) {
      rank++;
    }
    return rank;
  }
}
