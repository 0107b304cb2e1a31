package io.github.lrfbench.harness.compress.allocate;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The layer-wise error model search of KFAC-SVD's authors (Thoma et al. 2026): the sum of the
 * matrices' errors is least, where the error of a point is what the outputs of the model are known
 * to diverge with the matrix alone at a reference point, times the quotient of the squared errors
 * of both, times m of the matrix's block. Solved exactly, by {@link Knapsack}.
 *
 * @param anchors of every matrix
 * @param bias m of every matrix, see {@link #bias}
 * @param floor the least part of its cost that a matrix keeps; NaN for the paper's code's: 0.3
 *     where half of all is kept or more, else 0.1. No more than the budget's part
 */
record Lems(List<Anchor> anchors, double[] bias, double floor) implements Allocator {
  /** The smallest divergence: of matrices of none all would be cut for nothing. */
  static final double LEAST_DIVERGENCE = 1e-12;

  /** The smallest part of its energy that a matrix counts as losing at its reference point. */
  private static final double LEAST_ERROR = 1e-6;

  /**
   * What is known of a matrix.
   *
   * @param point the reference point
   * @param divergence of the model's outputs with the matrix alone at that point
   */
  record Anchor(int point, double divergence) {}

  /**
   * m of blocks: how much what errs in a block disturbs the later ones, from 1 + γ in the first to
   * 1 in the last.
   *
   * @param blocks of the model
   * @param alpha by which power of its number a block disturbs less; at 0 m falls linearly
   */
  static double[] bias(int blocks, double alpha, double gamma) {
    double[] sums = new double[blocks + 1];
    for (int b = blocks - 1; b >= 0; b--) {
      sums[b] = sums[b + 1] + Math.pow(b + 1.0, -alpha);
    }
    double last = sums[blocks - 1];
    double[] bias = new double[blocks];
    Arrays.setAll(bias, b -> blocks == 1 ? 1 : 1 + gamma * (sums[b] - last) / (sums[0] - last));
    return bias;
  }

  /** By what the squared error of a matrix's points is multiplied. */
  double weight(int matrix, Candidate candidate) {
    double energy = candidate.points().energy();
    Anchor anchor = anchors.get(matrix);
    double divergence = Math.max(LEAST_DIVERGENCE, anchor.divergence());
    double lost = Math.max(candidate.error(anchor.point()), LEAST_ERROR * energy);
    return energy > 0 ? divergence * bias[matrix] / lost : 0;
  }

  @Override
  public int[] choose(List<Candidate> matrices, Terms terms) {
    double[] weights = new double[matrices.size()];
    Arrays.setAll(weights, i -> weight(i, matrices.get(i)));
    List<Choices> choices = Selection.choices(matrices, weights, terms);
    int[] from = cheapest(choices, Shares.part(matrices, terms), terms);
    double[][] costs = new double[weights.length][];
    double[][] errors = new double[weights.length][];
    for (int i = 0; i < weights.length; i++) {
      Choices of = choices.get(i);
      costs[i] = IntStream.range(from[i], of.count()).mapToDouble(of::cost).toArray();
      errors[i] = IntStream.range(from[i], of.count()).mapToDouble(of::error).toArray();
    }
    int[] chosen = Knapsack.solve(costs, errors, terms.budget());
    Selection selection = new Selection(choices, terms);
    for (int i = 0; i < chosen.length; i++) {
      selection.choose(i, from[i] + chosen[i]);
    }
    selection.spendSingly();
    return selection.points();
  }

  /** The cheapest choices of no less than the floor, where the budget allows these. */
  private int[] cheapest(List<Choices> choices, double kept, Terms terms) {
    double least = Math.min(kept, Double.isNaN(floor) ? kept >= 0.5 ? 0.3 : 0.1 : floor);
    Selection selection = new Selection(choices, terms);
    int[] from = new int[choices.size()];
    for (int i = 0; i < from.length; i++) {
      Choices of = choices.get(i);
      from[i] = of.within(least * of.cost(of.count() - 1));
      selection.choose(i, from[i]);
    }
    return selection.isWithinBudget() ? from : new int[from.length];
  }
}
