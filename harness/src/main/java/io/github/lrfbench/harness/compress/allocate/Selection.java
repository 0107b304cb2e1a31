package io.github.lrfbench.harness.compress.allocate;

import io.github.lrfbench.harness.compress.allocate.Allocator.Terms;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** One choice for every matrix, and what all of them cost. */
final class Selection {
  private final List<Choices> choices;
  private final int[] chosen;
  private final double budget;
  private double spent;

  /**
   * The cheapest choices.
   *
   * @param weights of the matrices' squared errors
   */
  Selection(List<Candidate> matrices, double[] weights, Terms terms) {
    this(choices(matrices, weights, terms), terms);
  }

  /** The cheapest of choices that several selections share. */
  Selection(List<Choices> choices, Terms terms) {
    this.choices = List.copyOf(choices);
    choices.forEach(of -> spent += of.cost(0));
    this.chosen = new int[choices.size()];
    // Sums of costs round; what is no more than that over the budget is within it.
    this.budget = terms.budget() * (1 + 1e-12);
  }

  /** What can be chosen for every matrix. */
  static List<Choices> choices(List<Candidate> matrices, double[] weights, Terms terms) {
    List<Choices> choices = new ArrayList<>();
    for (int i = 0; i < matrices.size(); i++) {
      choices.add(Choices.of(matrices.get(i), weights[i], terms));
    }
    return choices;
  }

  int size() {
    return chosen.length;
  }

  Choices choices(int matrix) {
    return choices.get(matrix);
  }

  boolean isWithinBudget() {
    return spent <= budget;
  }

  boolean canAfford(int matrix, int choice) {
    return spent + extra(matrix, choice) <= budget;
  }

  private double extra(int matrix, int choice) {
    return choices.get(matrix).cost(choice) - choices.get(matrix).cost(chosen[matrix]);
  }

  void choose(int matrix, int choice) {
    spent += extra(matrix, choice);
    chosen[matrix] = choice;
  }

  /** Takes for every matrix the largest choice of no more than a point. */
  void chooseAtMost(int[] points) {
    for (int i = 0; i < points.length; i++) {
      choose(i, choices.get(i).atMost(points[i]));
    }
  }

  /** A better choice for one matrix. */
  private record Step(int matrix, int to, double density) {}

  /**
   * Buys what takes most error away for its cost as long as the budget holds: along the convex
   * hulls of the matrices' choices first, which is optimal wherever it ends at a corner of one,
   * then, with what is left, single choices.
   */
  void spendGreedily() {
    spendAlongHulls();
    spendSingly();
  }

  /** Buys along the hulls until the first step that is beyond the budget. */
  void spendAlongHulls() {
    climb(true);
  }

  /** Buys single choices, the best bargains first, as long as the budget holds. */
  void spendSingly() {
    climb(false);
  }

  private void climb(boolean alongHulls) {
    PriorityQueue<Step> steps =
        new PriorityQueue<>(
            Comparator.comparingDouble(Step::density).reversed().thenComparing(Step::matrix));
    for (int i = 0; i < size(); i++) {
      addStep(steps, i, alongHulls);
    }
    while (!steps.isEmpty()) {
      Step step = steps.remove();
      if (canAfford(step.matrix(), step.to())) {
        choose(step.matrix(), step.to());
        addStep(steps, step.matrix(), alongHulls);
      } else if (alongHulls) {
        // Past the first that is not affordable, the order of the hulls means nothing any more.
        return;
      }
    }
  }

  private void addStep(PriorityQueue<Step> steps, int matrix, boolean alongHulls) {
    Choices of = choices.get(matrix);
    int from = chosen[matrix];
    int to = alongHulls ? of.nextOnHull(from) : from + 1 < of.count() ? from + 1 : -1;
    if (to >= 0 && of.density(from, to) > 0) {
      steps.add(new Step(matrix, to, of.density(from, to)));
    }
  }

  int[] points() {
    int[] points = new int[size()];
    Arrays.setAll(points, i -> choices.get(i).point(chosen[i]));
    return points;
  }
}
