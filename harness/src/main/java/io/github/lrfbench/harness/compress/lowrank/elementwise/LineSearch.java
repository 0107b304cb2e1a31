package io.github.lrfbench.harness.compress.lowrank.elementwise;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * The residual of moving factors, and exact line searches: along a direction (D, E) J is the
 * polynomial ‖√H (R + t L + t² Q)‖², R = U V − W, L = D V + U E, Q = D E, of degree four in t.
 */
final class LineSearch {
  private static final int MOST_DOUBLINGS = 200;
  private static final int BISECTIONS = 80;

  private final WeightedProblem problem;
  private final Device device;

  /** √H R, √H L and √H Q, a row each. */
  private final Matrix rows;

  private final Matrix residual;
  private final Matrix linear;
  private final Matrix square;

  /**
   * Begins at some factors.
   *
   * @param scope owns what the search needs
   */
  LineSearch(WeightedProblem problem, Factors factors, Scope scope) {
    this.problem = problem;
    this.device = problem.device();
    this.rows = Matrix.of(scope.allocate(DType.F64, 3, (long) problem.rows() * problem.cols()));
    this.residual = row(0);
    this.linear = row(1);
    this.square = row(2);
    factors.multiply(residual);
    device.gradients().addScaled(-1, problem.w(), residual);
    problem.weigh(residual);
  }

  private Matrix row(int index) {
    int size = problem.rows() * problem.cols();
    return new Matrix(
        rows.data(), (long) index * size, problem.rows(), problem.cols(), problem.cols());
  }

  /** J of the factors where they are. */
  double objective() {
    return device.blas().squaredNorm(residual);
  }

  /** Writes the gradient of J where the factors are. */
  void gradient(Factors factors, Factors gradient) {
    try (Scope scratch = device.openScope()) {
      Matrix weighted = Matrices.copy(residual, DType.F64, scratch);
      problem.gradients(weighted, factors, gradient.u(), gradient.v());
    }
  }

  /**
   * Moves factors to the first minimum of J along a direction.
   *
   * @param factors modified
   * @return how many times the direction was taken; 0 where J does not fall along it
   */
  double move(Factors factors, Factors direction) {
    device.blas().gemm(false, true, 1, direction.u(), factors.v(), 0, linear);
    device.blas().gemm(false, true, 1, factors.u(), direction.v(), 1, linear);
    direction.multiply(square);
    problem.weigh(linear);
    problem.weigh(square);
    double[] gram;
    try (Scope scratch = device.openScope()) {
      Matrix products = Matrices.allocate(scratch, 3, 3);
      device.blas().syrk(false, rows, products);
      gram = products.data().toDoubles();
    }
    double length = firstRoot(2 * gram[1], 2 * (gram[4] + 2 * gram[2]), 6 * gram[5], 4 * gram[8]);
    if (length > 0) {
      factors.add(length, direction);
      device.gradients().addScaled(length, linear, residual);
      device.gradients().addScaled(length * length, square, residual);
    }
    return length;
  }

  /** The first t &gt; 0 where c0 + c1 t + c2 t² + c3 t³ is zero; 0 if it does not begin below. */
  static double firstRoot(double c0, double c1, double c2, double c3) {
    if (!(c0 < 0)) {
      return 0;
    }
    double above = 1;
    for (int i = 0; i < MOST_DOUBLINGS && ((c3 * above + c2) * above + c1) * above + c0 < 0; i++) {
      above *= 2;
    }
    double below = 0;
    for (int i = 0; i < BISECTIONS; i++) {
      double middle = (below + above) / 2;
      if (((c3 * middle + c2) * middle + c1) * middle + c0 < 0) {
        below = middle;
      } else {
        above = middle;
      }
    }
    return below;
  }
}
