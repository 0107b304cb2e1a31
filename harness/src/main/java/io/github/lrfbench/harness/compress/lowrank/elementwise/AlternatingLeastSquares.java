package io.github.lrfbench.harness.compress.lowrank.elementwise;

import io.github.lrfbench.harness.compress.lowrank.elementwise.RowSolver.Damping;
import io.github.lrfbench.kernels.Scope;

/**
 * Solves for U with V fixed, then for V with U fixed, and again.
 *
 * @param effort in sweeps, of both halves each
 * @param damping of the normal equations
 */
record AlternatingLeastSquares(Effort effort, Damping damping) implements Optimizer {
  @Override
  public Solution improve(WeightedProblem problem, Factors start, Scope scope) {
    try (Scope scratch = problem.device().openScope()) {
      WeightedProblem transposed = problem.transposed(scratch);
      Factors factors = start.copy(scratch);
      BestFactors best =
          new BestFactors(start, problem.objective(start), effort.tolerance(), scope);
      for (int sweep = 0; sweep < effort.steps(); sweep++) {
        RowSolver.solve(problem, factors.v(), damping, factors.u());
        RowSolver.solve(transposed, factors.u(), damping, factors.v());
        if (!best.offer(factors, problem.objective(factors))) {
          break;
        }
      }
      return best.solution();
    }
  }
}
