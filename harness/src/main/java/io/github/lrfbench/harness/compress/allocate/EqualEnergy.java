package io.github.lrfbench.harness.compress.allocate;

import java.util.List;

/**
 * Every matrix keeps the cheapest point that holds one share of its squared norm, and the share is
 * found by bisection so that the budget holds.
 */
public record EqualEnergy() implements Allocator {
  private static final int HALVINGS = 60;

  @Override
  public int[] choose(List<Candidate> matrices, Terms terms) {
    List<Choices> choices = Selection.choices(matrices, Importance.EQUAL.weights(matrices), terms);
    Selection best = atShare(choices, matrices, terms, 1);
    if (best.isWithinBudget()) {
      return best.points();
    }
    best = atShare(choices, matrices, terms, 0);
    double low = 0;
    double high = 1;
    for (int i = 0; i < HALVINGS; i++) {
      double share = low + (high - low) / 2;
      Selection tried = atShare(choices, matrices, terms, share);
      if (tried.isWithinBudget()) {
        best = tried;
        low = share;
      } else {
        high = share;
      }
    }
    return best.points();
  }

  private static Selection atShare(
      List<Choices> choices, List<Candidate> matrices, Terms terms, double share) {
    Selection selection = new Selection(choices, terms);
    for (int i = 0; i < choices.size(); i++) {
      selection.choose(i, choices.get(i).atLeast(point(matrices.get(i), share)));
    }
    return selection;
  }

  /** The cheapest point that holds a share; the matrix as it is where none does. */
  private static int point(Candidate matrix, double share) {
    double allowed = matrix.points().energy() * (1 - share);
    int point = 0;
    while (point < matrix.whole() && matrix.error(point) > allowed) {
      point++;
    }
    return point;
  }
}
