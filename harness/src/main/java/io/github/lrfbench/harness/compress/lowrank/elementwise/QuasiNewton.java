package io.github.lrfbench.harness.compress.lowrank.elementwise;

import io.github.lrfbench.kernels.Scope;
import java.util.List;

/**
 * Limited-memory BFGS on both factors at once, preconditioned by the curvature that weights of rank
 * one would have, with exact line searches: J never increases. A step costs 10 m n r operations; a
 * sweep of alternating least squares, which gains what a few steps do, 2 m n r² and more.
 *
 * <p>It begins at the better of what it is given and the closed form for the weights of rank one.
 *
 * @param effort in steps
 */
record QuasiNewton(Effort effort) implements Optimizer {
  private static final int MEMORY = 5;
  private static final int STEPS = 40;
  private static final double TOLERANCE = 1e-6;

  /**
   * For a method's option {@code steps}.
   *
   * @param steps the most; 0 for 40
   */
  static QuasiNewton of(int steps) {
    return new QuasiNewton(new Effort(steps == 0 ? STEPS : steps, TOLERANCE));
  }

  @Override
  public Solution improve(WeightedProblem problem, Factors start, Scope scope) {
    double given = problem.objective(start);
    if (given == 0) {
      return new Solution(start.copy(scope), 0, List.of(given));
    }
    try (Scope scratch = problem.device().openScope()) {
      RankOneWeights weights = RankOneWeights.of(problem);
      Factors factors = Starts.byRowsAndColumns(problem, weights, start.rank(), scratch);
      double closed = problem.objective(factors);
      if (!(closed < given)) {
        factors.write(start);
      }
      BestFactors best =
          new BestFactors(factors, Math.min(closed, given), effort.tolerance(), scope);
      LineSearch line = new LineSearch(problem, factors, scratch);
      LbfgsMemory memory = new LbfgsMemory(MEMORY, scratch);
      Factors gradient = factors.copy(scratch);
      Factors before = factors.copy(scratch);
      Factors direction = factors.copy(scratch);
      line.gradient(factors, gradient);
      for (int step = 0; step < effort.steps(); step++) {
        double length = 0;
        while (length == 0) {
          direction.clear();
          direction.add(-1, gradient);
          memory.apply(direction, ascent -> weights.precondition(factors, ascent));
          length = line.move(factors, direction);
          if (length == 0 && memory.isEmpty()) {
            return best.solution();
          }
          if (length == 0) {
            memory.clear();
          }
        }
        before.write(gradient);
        line.gradient(factors, gradient);
        memory.add(direction, length, before, gradient);
        if (!best.offer(factors, line.objective())) {
          break;
        }
      }
      return best.solution();
    }
  }
}
