package io.github.lrfbench.harness.compress.lowrank.elementwise;

import io.github.lrfbench.kernels.Scope;
import java.util.List;

/** A way to solve a weighted problem from a starting point. */
interface Optimizer {
  /**
   * Improves factors.
   *
   * @param start not modified
   * @param scope owns the result
   * @return the best factors met, never worse than the start
   */
  Solution improve(WeightedProblem problem, Factors start, Scope scope);

  /**
   * What came of it.
   *
   * @param factors the best met
   * @param objective their J
   * @param trace J of the start and after every step
   */
  record Solution(Factors factors, double objective, List<Double> trace) {
    /** Steps that were made. */
    int steps() {
      return trace.size() - 1;
    }
  }
}
