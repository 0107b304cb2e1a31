package io.github.lrfbench.harness.compress.allocate;

import io.github.lrfbench.harness.compress.allocate.Allocator.Terms;
import java.util.ArrayList;
import java.util.List;

/**
 * What can be chosen for one matrix: points in ascending order of cost, each dearer and better than
 * the one before, the matrix as it is at the end.
 */
final class Choices {
  private final int[] points;
  private final double[] costs;
  private final double[] errors;

  /** The next corner of the hull after each choice; 0 where it is not known yet. */
  private final int[] corners;

  private Choices(List<Integer> points, double[] costs, double[] errors) {
    this.points = points.stream().mapToInt(Integer::intValue).toArray();
    this.costs = costs;
    this.errors = errors;
    this.corners = new int[costs.length];
  }

  /**
   * The choices of a matrix. A point that costs no less than a better one is none: beyond
   * break-even nothing but the matrix as it is remains.
   *
   * @param weight by which the squared error counts
   */
  static Choices of(Candidate matrix, double weight, Terms terms) {
    List<Integer> kept = new ArrayList<>();
    double cheapest = Double.POSITIVE_INFINITY;
    for (int point = matrix.whole(); point >= 0; point--) {
      boolean allowed = point == matrix.whole() || terms.allow(matrix.points().get(point));
      double cost = terms.cost().of(matrix, point);
      if (allowed && cost < cheapest) {
        cheapest = cost;
        kept.add(0, point);
      }
    }
    return new Choices(
        kept,
        kept.stream().mapToDouble(point -> terms.cost().of(matrix, point)).toArray(),
        kept.stream().mapToDouble(point -> weight * matrix.error(point)).toArray());
  }

  int count() {
    return points.length;
  }

  int point(int choice) {
    return points[choice];
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

  /** The best choice of no more than a point, or the first. */
  int atMost(int point) {
    int found = 0;
    while (found + 1 < points.length && points[found + 1] <= point) {
      found++;
    }
    return found;
  }

  /** The dearest choice of no more than a cost, or the first. */
  int within(double cost) {
    int found = 0;
    while (found + 1 < costs.length && costs[found + 1] <= cost) {
      found++;
    }
    return found;
  }

  /** The cheapest choice of no less than a point. */
  int atLeast(int point) {
    int found = 0;
    while (points[found] < point) {
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
    for (int to = from + 1; to < points.length; to++) {
      if (best < 0 || density(from, to) >= density(from, best)) {
        best = to;
      }
    }
    return best;
  }
}
