package io.github.lrfbench.harness.compress.lowrank.elementwise;

import io.github.lrfbench.harness.compress.lowrank.elementwise.Optimizer.Solution;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.List;

/** Keeps the best factors that an optimizer meets, and decides when it is done. */
final class BestFactors {
  private final Factors best;
  private final double tolerance;
  private final List<Double> trace = new ArrayList<>();
  private double objective;

  BestFactors(Factors start, double objective, double tolerance, Scope scope) {
    this.best = start.copy(scope);
    this.objective = objective;
    this.tolerance = tolerance;
    trace.add(objective);
  }

  /**
   * Takes note of a step.
   *
   * @return whether another one is worth while: J is a number and fell
   */
  boolean offer(Factors factors, double reached) {
    double before = trace.get(trace.size() - 1);
    trace.add(reached);
    // Of what J cannot tell apart the last is the nearest to where the iteration leads.
    if (reached <= objective + 4 * Math.ulp(objective)) {
      objective = Math.min(objective, reached);
      best.write(factors);
    }
    return Double.isFinite(reached) && before - reached > tolerance * before;
  }

  Solution solution() {
    return new Solution(best, objective, List.copyOf(trace));
  }
}
