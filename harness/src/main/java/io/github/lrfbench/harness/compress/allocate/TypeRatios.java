package io.github.lrfbench.harness.compress.allocate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rule of SVD-LLM V2 (Wang et al. 2025): among the matrices of one type, what is removed of a
 * matrix is in proportion to 1 / ln L, L being its error if all were cut alike. Every type keeps
 * the same fraction in all.
 *
 * <p>The rule means what it says only where every L is above e: below, its order turns round. L is
 * therefore scaled by one constant for all matrices where one is not.
 */
public record TypeRatios() implements Allocator {
  /** The most that is removed of a matrix. */
  private static final double MOST_REMOVED = 0.95;

  /** By how much less is kept where the budget does not hold, and how often. */
  private static final double STEP = 0.98;

  private static final int STEPS = 500;

  /** Fractions are quotients of sums: what is no more than this above one is not above it. */
  private static final double ROUNDING = 1e-12;

  /** Errors below this part of the largest are raised to it. */
  private static final double SMALLEST_LOSS = 1e-6;

  @Override
  public int[] choose(List<Candidate> matrices, Terms terms) {
    double whole =
        matrices.stream().mapToDouble(matrix -> terms.cost().of(matrix, matrix.whole())).sum();
    double kept = Math.min(1, terms.budget() / whole);
    Selection selection = new Selection(matrices, Importance.EQUAL.weights(matrices), terms);
    selection.chooseAtMost(points(matrices, terms, kept));
    // Points that are raised to the cheapest there is are paid for by the others.
    for (int i = 0; i < STEPS && !selection.isWithinBudget(); i++) {
      kept *= STEP;
      selection.chooseAtMost(points(matrices, terms, kept));
    }
    return selection.points();
  }

  /** The points by the rule if a fraction is kept of every type. */
  private static int[] points(List<Candidate> matrices, Terms terms, double kept) {
    double[] losses = losses(matrices, terms, kept);
    Map<String, List<Integer>> groups = new LinkedHashMap<>();
    for (int i = 0; i < losses.length; i++) {
      groups.computeIfAbsent(matrices.get(i).type(), type -> new ArrayList<>()).add(i);
    }
    int[] points = new int[losses.length];
    for (List<Integer> group : groups.values()) {
      double[] removed =
          removed(
              group.stream().mapToDouble(i -> losses[i]).toArray(),
              group.stream().mapToDouble(i -> whole(matrices.get(i), terms)).toArray(),
              1 - kept);
      for (int j = 0; j < removed.length; j++) {
        points[group.get(j)] = point(matrices.get(group.get(j)), terms, 1 - removed[j]);
      }
    }
    return points;
  }

  private static double whole(Candidate matrix, Terms terms) {
    return terms.cost().of(matrix, matrix.whole());
  }

  /** The dearest point of no more than a fraction of the cost; -1 where none is so cheap. */
  private static int point(Candidate matrix, Terms terms, double kept) {
    if (kept >= 1) {
      return matrix.whole();
    }
    double limit = kept * whole(matrix, terms) * (1 + ROUNDING);
    int point = matrix.whole() - 1;
    while (point >= 0 && terms.cost().of(matrix, point) > limit) {
      point--;
    }
    return point;
  }

  /** L of all matrices, every one at least e. */
  private static double[] losses(List<Candidate> matrices, Terms terms, double kept) {
    double[] losses = new double[matrices.size()];
    for (int i = 0; i < losses.length; i++) {
      Candidate matrix = matrices.get(i);
      int point = point(matrix, terms, kept);
      losses[i] = Math.sqrt(point < 0 ? matrix.points().energy() : matrix.error(point));
    }
    double largest = Arrays.stream(losses).max().orElseThrow();
    if (largest == 0) {
      Arrays.fill(losses, Math.E);
      return losses;
    }
    for (int i = 0; i < losses.length; i++) {
      losses[i] = Math.max(losses[i], SMALLEST_LOSS * largest);
    }
    double smallest = Arrays.stream(losses).min().orElseThrow();
    double scale = smallest < Math.E ? Math.E / smallest : 1;
    return Arrays.stream(losses).map(loss -> Math.max(Math.E, loss * scale)).toArray();
  }

  /**
   * What is removed of every matrix of a group, from 0 to {@link #MOST_REMOVED}.
   *
   * @param losses L, each at least e
   * @param sizes of the matrices; the mean of what is removed, weighted by them, is the target as
   *     far as the limits allow
   */
  static double[] removed(double[] losses, double[] sizes, double target) {
    double[] removed = new double[losses.length];
    boolean[] limited = new boolean[losses.length];
    double open = target * Arrays.stream(sizes).sum();
    boolean changed = true;
    while (changed) {
      changed = false;
      double shares = 0;
      for (int i = 0; i < losses.length; i++) {
        shares += limited[i] ? 0 : sizes[i] / Math.log(losses[i]);
      }
      double rest = open;
      for (int i = 0; i < losses.length; i++) {
        if (!limited[i]) {
          removed[i] = rest / Math.log(losses[i]) / shares;
        }
      }
      for (int i = 0; i < losses.length; i++) {
        if (!limited[i] && removed[i] > MOST_REMOVED) {
          removed[i] = MOST_REMOVED;
          limited[i] = true;
          open -= MOST_REMOVED * sizes[i];
          changed = true;
        }
      }
    }
    return removed;
  }
}
