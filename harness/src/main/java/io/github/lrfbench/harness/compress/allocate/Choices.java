package io.github.lrfbench.harness.compress.allocate;

import java.util.ArrayList;
import java.util.List;

/**
 * What can be chosen for one matrix: ranks in ascending order, each dearer and better than the one
 * before, the matrix as it is at the end.
 */
final class Choices {
  private final int[] ranks;
  private final double[] costs;
  private final double[] errors;

  /** The next corner of the hull after each choice; 0 where it is not known yet. */
  private final int[] corners;

  private Choices(List<Integer> ranks, double[] costs, double[] errors) {
    this.ranks = ranks.stream().mapToInt(Integer::intValue).toArray();
    this.costs = costs;
    this.errors = errors;
    this.corners = new int[costs.length];
  }

  /**
   * The choices of a matrix. A rank that costs no less than a better one is none: beyond break-even
   * nothing but the matrix as it is remains.
   *
   * @param weight by which the squared error counts
   */
  static Choices of(MatrixSpectrum matrix, double weight, RankCost cost, int multiple) {
    double[] tails = matrix.squaredTails();
    int full = matrix.fullRank();
    List<Integer> kept = new ArrayList<>();
    double cheapest = Double.POSITIVE_INFINITY;
    for (int rank = full; rank >= 1; rank--) {
      boolean allowed = rank == full || rank % multiple == 0;
      if (allowed && cost.of(matrix, rank) < cheapest) {
        cheapest = cost.of(matrix, rank);
        kept.add(0, rank);
      }
    }
    double[] costs = kept.stream().mapToDouble(rank -> cost.of(matrix, rank)).toArray();
    // The full rank stands for the matrix itself, which has no error, not even of rounding.
    double[] errors =
        kept.stream().mapToDouble(rank -> rank == full ? 0 : weight * tails[rank]).toArray();
    return new Choices(kept, costs, errors);
  }

  int count() {
    return ranks.length;
  }

  int rank(int choice) {
    return ranks[choice];
  }

  double cost(int choice) {
    return costs[choice];
  }

  /** The weighted squared error. */
  double error(int choice) {
    return errors[choice];
  }

  /** How much error a unit of cost takes away between two choices. */
  double density(int from, int to) {
    return (errors[from] - errors[to]) / (costs[to] - costs[from]);
  }

  /** The best choice of no more than a rank, or the first. */
  int atMost(int rank) {
    int found = 0;
    while (found + 1 < ranks.length && ranks[found + 1] <= rank) {
      found++;
    }
    return found;
  }

  /** The cheapest choice of no less than a rank. */
  int atLeast(int rank) {
    int found = 0;
    while (ranks[found] < rank) {
      found++;
    }
    return found;
  }

  /**
   * The choice after this one on the lower convex hull of cost and error: the one that takes most
   * error away for its cost. Of equals the farthest.
   *
   * @return -1 at the end
   */
  int nextOnHull(int from) {
    if (corners[from] == 0) {
      corners[from] = findNextOnHull(from);
    }
    return corners[from];
  }

  private int findNextOnHull(int from) {
    int best = -1;
    for (int to = from + 1; to < ranks.length; to++) {
      if (best < 0 || density(from, to) >= density(from, best)) {
        best = to;
      }
    }
    return best;
  }
}
