package io.github.lrfbench.harness.compress.allocate;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.Point;
import java.util.List;

/** A policy of sharing a budget out among matrices. */
public interface Allocator {
  /**
   * Chooses a point for every matrix. Together they cost no more than the budget, unless the
   * cheapest there are already do.
   *
   * @param matrices at least one
   * @param terms the budget and what spends it
   * @return for every matrix a point, or {@link Candidate#whole} for the matrix as it is
   */
  int[] choose(List<Candidate> matrices, Terms terms);

  /**
   * What is to be kept to.
   *
   * @param budget how much may be spent, in the unit of the cost
   * @param cost what a point costs
   * @param multiple ranks are multiples of this number, at least 1; of the matrices as they are,
   *     and of forms that have none, they are not
   */
  record Terms(double budget, Cost cost, int multiple) {
    /** Checks the multiple. */
    public Terms {
      if (multiple < 1) {
        throw new IllegalArgumentException("ranks are multiples of at least 1");
      }
    }

    /** A budget of stored numbers and any ranks. */
    public static Terms numbers(double budget) {
      return new Terms(budget, Cost.of(Budget.Unit.NUMBERS), 1);
    }

    /** Whether a point may be chosen. */
    boolean allow(Point point) {
      return point.rank() % multiple == 0;
    }
  }
}
