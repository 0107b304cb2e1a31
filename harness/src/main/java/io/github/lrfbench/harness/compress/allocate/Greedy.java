package io.github.lrfbench.harness.compress.allocate;

import java.util.List;

/**
 * Singular values of all matrices compete: those are bought first that take most weighted squared
 * error away for their cost, w σ² / (m + n). Optimal wherever the budget is spent at a corner of
 * the convex hull of costs and errors, elsewhere within one step of it; a matrix becomes dense
 * where that is the better bargain.
 *
 * @param importance w
 */
public record Greedy(Importance importance) implements Allocator {
  @Override
  public int[] choose(List<Candidate> matrices, Terms terms) {
    Selection selection = new Selection(matrices, importance.weights(matrices), terms);
    selection.spendGreedily();
    return selection.points();
  }
}
