package io.github.lrfbench.harness.compress.lowrank.elementwise;

import io.github.lrfbench.harness.compress.lowrank.elementwise.RowSolver.Damping;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;

/**
 * Conjugate gradients (Polak and Ribière) on V alone (Srebro and Jaakkola 2003, section 2): U is
 * always the best one for V, so that J*(V) = min over U of J has the gradient 2 (H (U V − W))ᵀ U by
 * Vᵀ. J* depends on the row space of V only, whose basis is made orthonormal at every restart.
 *
 * @param effort in steps, a line search each
 */
record EliminatedDescent(Effort effort) implements Optimizer {
  /** Part of the predicted decrease that a step must reach. */
  private static final double SUFFICIENT = 1e-4;

  private static final int MOST_HALVINGS = 30;

  /** Steps after which the direction is the gradient again. */
  private static final int RESTART = 30;

  @Override
  public Solution improve(WeightedProblem problem, Factors start, Scope scope) {
    try (Scope scratch = problem.device().openScope()) {
      return new Search(problem, start, scratch).run(scope, start);
    }
  }

  /** J* at a V, with its gradient. */
  private static final class Point {
    private final Factors factors;
    private final Matrix gradient;
    private double objective;

    Point(Factors factors, Scope scope) {
      this.factors = factors;
      this.gradient = Matrix.of(scope.allocate(DType.F64, factors.v().rows(), factors.v().cols()));
    }

    void evaluate(WeightedProblem problem) {
      RowSolver.solve(problem, factors.v(), Damping.NONE, factors.u());
      objective = problem.gradients(factors, null, gradient);
    }
  }

  private final class Search {
    private final WeightedProblem problem;
    private final Device device;
    private final Matrix direction;
    private Point here;
    private Point there;
    private double length = -1;

    Search(WeightedProblem problem, Factors start, Scope scratch) {
      this.problem = problem;
      this.device = problem.device();
      this.here = new Point(start.copy(scratch), scratch);
      this.there = new Point(start.copy(scratch), scratch);
      this.direction = Matrix.of(scratch.allocate(DType.F64, start.v().rows(), start.v().cols()));
    }

    Solution run(Scope scope, Factors start) {
      BestFactors best =
          new BestFactors(start, problem.objective(start), effort.tolerance(), scope);
      restart();
      for (int step = 0; step < effort.steps(); step++) {
        double slope = Matrices.innerProduct(here.gradient, direction);
        if (!(slope < 0)) {
          restart();
          slope = Matrices.innerProduct(here.gradient, direction);
        }
        if (!(slope < 0) || !move(slope)) {
          break;
        }
        boolean falling = best.offer(there.factors, there.objective);
        double beta = beta();
        Point left = here;
        here = there;
        there = left;
        if (!falling) {
          break;
        }
        if ((step + 1) % RESTART == 0) {
          restart();
        } else {
          device.blas().scaleRows(direction, filled(direction.rows(), beta));
          device.gradients().addScaled(-1, here.gradient, direction);
        }
      }
      return best.solution();
    }

    private void restart() {
      device.lapack().orthonormalize(here.factors.v());
      here.evaluate(problem);
      device.gradients().clear(direction);
      device.gradients().addScaled(-1, here.gradient, direction);
    }

    /** Polak and Ribière's coefficient; 0, which restarts, where it is negative. */
    private double beta() {
      double before = Matrices.innerProduct(here.gradient, here.gradient);
      double now = Matrices.innerProduct(there.gradient, there.gradient);
      return Math.max(0, (now - Matrices.innerProduct(there.gradient, here.gradient)) / before);
    }

    /** Steps along the direction to a sufficiently smaller J; false if there is none. */
    private boolean move(double slope) {
      double size = Math.sqrt(device.blas().squaredNorm(direction));
      if (length < 0) {
        length = Math.sqrt(device.blas().squaredNorm(here.factors.v()));
      }
      double t = 2 * length / size;
      for (int i = 0; i < MOST_HALVINGS; i++) {
        there.factors.write(here.factors);
        device.gradients().addScaled(t, direction, there.factors.v());
        there.evaluate(problem);
        if (there.objective <= here.objective + SUFFICIENT * t * slope) {
          length = t * size;
          return true;
        }
        t /= 2;
      }
      return false;
    }

    private double[] filled(int size, double value) {
      double[] values = new double[size];
      Arrays.fill(values, value);
      return values;
    }
  }
}
