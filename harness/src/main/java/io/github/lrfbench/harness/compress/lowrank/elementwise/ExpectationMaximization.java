package io.github.lrfbench.harness.compress.lowrank.elementwise;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.ops.NnGradients;
import io.github.lrfbench.kernels.svd.SigmaSplit;
import io.github.lrfbench.kernels.svd.TruncatedSvd;

/**
 * The algorithm of Srebro and Jaakkola 2003, section 3: an element is seen with probability H, what
 * is not seen is filled in from the present approximation, and the filled matrix is cut by
 * truncated SVD: X ← SVDᵣ(H W + (1 − H) X). J never increases; the steps are small where H is. H
 * must lie in [0, 1].
 *
 * <p>Accelerated, the filled matrix is made from a point ahead of X instead (Tukan et al. 2021 use
 * both): Nesterov's momentum, or Anderson's mixture of the last steps.
 *
 * @param effort in steps
 * @param acceleration of the iteration; J may then rise in between
 */
record ExpectationMaximization(Effort effort, Acceleration acceleration) implements Optimizer {
  /** How to look ahead. */
  enum Acceleration {
    NONE,
    NESTEROV,
    ANDERSON
  }

  @Override
  public Solution improve(WeightedProblem problem, Factors start, Scope scope) {
    Device device = problem.device();
    try (Scope scratch = device.openScope()) {
      Matrix x = empty(problem, scratch);
      Matrix ahead = empty(problem, scratch);
      start.multiply(x);
      device.blas().copy(x, ahead);
      Matrix before = empty(problem, scratch);
      AndersonMixing mixing =
          acceleration == Acceleration.ANDERSON
              ? new AndersonMixing(scratch, problem.rows(), problem.cols())
              : null;
      BestFactors best =
          new BestFactors(start, problem.objective(start), effort.tolerance(), scope);
      for (int step = 1; step <= effort.steps(); step++) {
        device.blas().copy(x, before);
        boolean falling = step(problem, ahead, start.rank(), x, best);
        if (!falling && acceleration == Acceleration.NONE) {
          break;
        }
        switch (acceleration) {
          case NONE -> device.blas().copy(x, ahead);
          case NESTEROV -> {
            device.blas().copy(x, ahead);
            double momentum = step / (step + 3.0);
            device.gradients().addScaled(momentum, x, ahead);
            device.gradients().addScaled(-momentum, before, ahead);
          }
          case ANDERSON -> mixing.next(ahead, x);
        }
      }
      return best.solution();
    }
  }

  private static Matrix empty(WeightedProblem problem, Scope scope) {
    return Matrix.of(scope.allocate(DType.F64, problem.rows(), problem.cols()));
  }

  /**
   * One step from a point.
   *
   * @param x receives the new approximation
   * @return whether J fell
   */
  private static boolean step(
      WeightedProblem problem, Matrix from, int rank, Matrix x, BestFactors best) {
    Device device = problem.device();
    NnGradients elements = device.gradients();
    try (Scope scratch = device.openScope()) {
      // H W + (1 - H) X = X - H X + H W
      Matrix filled = empty(problem, scratch);
      Matrix seen = empty(problem, scratch);
      device.blas().copy(from, filled);
      device.blas().copy(from, seen);
      elements.multiply(problem.h(), seen);
      elements.addScaled(-1, seen, filled);
      elements.addScaled(1, problem.hw(), filled);
      LowRankFactors cut =
          new TruncatedSvd(device, Starts.SVD)
              .factor(scratch, filled, rank)
              .split(scratch, SigmaSplit.BOTH);
      Factors factors = Factors.of(cut, scratch);
      factors.multiply(x);
      return best.offer(factors, problem.objective(factors));
    }
  }
}
