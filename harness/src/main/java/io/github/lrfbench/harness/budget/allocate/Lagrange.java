package io.github.lrfbench.harness.budget.allocate;

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
  public int[] ranks(List<MatrixSpectrum> matrices, Terms terms) {
    double[] weights = importance.weights(matrices);
    Selection best = new Selection(matrices, weights, terms);
    Selection all = atPrice(matrices, weights, terms, 0);
    if (all.isWithinBudget()) {
      return all.ranks();
    }
    double low = 0;
    double high = dearest(best);
    for (int i = 0; i < HALVINGS && low < high; i++) {
      double price = low + (high - low) / 2;
      Selection tried = atPrice(matrices, weights, terms, price);
      if (tried.isWithinBudget()) {
        best = tried;
        high = price;
      } else {
        low = price;
      }
    }
    best.spendSingly();
    return best.ranks();
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
  private static Selection atPrice(
      List<MatrixSpectrum> matrices, double[] weights, Terms terms, double price) {
    Selection selection = new Selection(matrices, weights, terms);
    for (int i = 0; i < selection.size(); i++) {
      Choices choices = selection.choices(i);
      int at = 0;
      int next = choices.nextOnHull(at);
      while (next > 0 && choices.density(at, next) > price) {
        at = next;
        next = choices.nextOnHull(at);
      }
      selection.choose(i, at);
    }
    return selection;
  }
}
