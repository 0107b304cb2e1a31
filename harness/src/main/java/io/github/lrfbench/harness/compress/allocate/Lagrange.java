package io.github.lrfbench.harness.compress.allocate;

import java.util.List;

/**
 * Every matrix minimizes weighted squared error + λ cost on its own, and λ is found by bisection so
 * that the budget holds; what is then left is spent greedily. Up to ties the choice of {@link
 * Greedy}.
 *
 * @param importance w
 */
public record Lagrange(Importance importance) implements Allocator {
  /** Halvings of λ's range, far below what tells two singular values apart. */
  private static final int HALVINGS = 200;

  @Override
  public int[] choose(List<Candidate> matrices, Terms terms) {
    double[] weights = importance.weights(matrices);
    List<Choices> choices = Selection.choices(matrices, weights, terms);
    Selection best = new Selection(choices, terms);
    Selection all = atPrice(choices, terms, 0);
    if (all.isWithinBudget()) {
      return all.points();
    }
    double low = 0;
    double high = dearest(best);
    for (int i = 0; i < HALVINGS && low < high; i++) {
      double price = low + (high - low) / 2;
      Selection tried = atPrice(choices, terms, price);
      if (tried.isWithinBudget()) {
        best = tried;
        high = price;
      } else {
        low = price;
      }
    }
    best.spendSingly();
    return best.points();
  }

  /** The price at which nothing beyond the cheapest choices is bought. */
  private static double dearest(Selection cheapest) {
    double price = 0;
    for (int i = 0; i < cheapest.size(); i++) {
      Choices choices = cheapest.choices(i);
      int next = choices.nextOnHull(0);
      if (next > 0) {
        price = Math.max(price, choices.density(0, next));
      }
    }
    return price;
  }

  /** What every matrix chooses at a price λ. */
  private static Selection atPrice(List<Choices> choices, Terms terms, double price) {
    Selection selection = new Selection(choices, terms);
    for (int i = 0; i < choices.size(); i++) {
      Choices of = choices.get(i);
      int at = 0;
      int next = of.nextOnHull(at);
      while (next > 0 && of.density(at, next) > price) {
        at = next;
        next = of.nextOnHull(at);
      }
      selection.choose(i, at);
    }
    return selection;
  }
}
