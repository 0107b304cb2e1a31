package io.github.lrfbench.harness.compress.allocate;

import io.github.lrfbench.harness.budget.Budget;

/** What it costs to store a matrix at a point, in the unit of the budget. */
@FunctionalInterface
public interface Cost {
  /**
   * The cost of one point.
   *
   * @param point from 0 to {@link Candidate#whole}
   */
  double of(Candidate matrix, int point);

  /** Stored numbers or bits; a point that saves nothing costs what the matrix as it is does. */
  static Cost of(Budget.Unit unit) {
    return (matrix, point) -> {
      double whole = unit.ofMatrix(matrix.points());
      return point == matrix.whole() ? whole : Math.min(whole, unit.of(matrix.points().get(point)));
    };
  }
}
