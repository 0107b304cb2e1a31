package io.github.lrfbench.harness.compress.allocate;

import io.github.lrfbench.harness.compress.allocate.Allocator.Terms;
import java.util.List;
import java.util.function.DoubleFunction;

/**
 * Choices by a rule that says which part of its cost every matrix keeps where a part of all is
 * kept. The largest part that the budget allows is found by bisection; what rounding down leaves
 * over is spent on the best bargains.
 */
final class Shares {
  private static final int HALVINGS = 60;

  /** Parts are quotients of sums: what is no more than this above a cost is not above it. */
  private static final double ROUNDING = 1e-12;

  private Shares() {}

  /**
   * Chooses.
   *
   * @param most the largest part of all that the rule is asked for
   * @param rule from a part of all to the parts of the matrices, none of which falls where it grows
   */
  static int[] choose(
      List<Candidate> matrices, Terms terms, double most, DoubleFunction<double[]> rule) {
    List<Choices> choices = Selection.choices(matrices, Importance.EQUAL.weights(matrices), terms);
    Selection best = at(choices, terms, rule.apply(0));
    double low = 0;
    double high = most;
    for (int i = 0; i < HALVINGS; i++) {
      // All of it first: it may be within the budget.
      double kept = i == 0 ? most : low + (high - low) / 2;
      Selection tried = at(choices, terms, rule.apply(kept));
      if (tried.isWithinBudget()) {
        best = tried;
        low = kept;
      } else {
        high = kept;
      }
    }
    best.spendSingly();
    return best.points();
  }

  private static Selection at(List<Choices> choices, Terms terms, double[] parts) {
    Selection selection = new Selection(choices, terms);
    for (int i = 0; i < parts.length; i++) {
      Choices of = choices.get(i);
      double whole = of.cost(of.count() - 1);
      selection.choose(i, of.within(parts[i] * whole * (1 + ROUNDING)));
    }
    return selection;
  }

  /** Which part of the whole cost a budget is. */
  static double part(List<Candidate> matrices, Terms terms) {
    double whole =
        matrices.stream().mapToDouble(matrix -> terms.cost().of(matrix, matrix.whole())).sum();
    return Math.min(1, terms.budget() / whole);
  }
}
