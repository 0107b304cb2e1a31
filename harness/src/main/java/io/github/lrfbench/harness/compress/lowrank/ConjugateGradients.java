package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * Preconditioned conjugate gradients (Hestenes and Stiefel 1952) for A x = b with matrices for
 * vectors, A being symmetric and positive semidefinite. No step makes xᵀ A x − 2 xᵀ b larger.
 */
public final class ConjugateGradients {
  /** A slope below this part of the first is rounding. */
  private static final double NEGLIGIBLE = 1e-24;

  /** A symmetric linear map of matrices. */
  public interface Operator {
    /**
     * The image.
     *
     * @param x F64, not modified
     * @param scope owns the result
     */
    Matrix apply(Matrix x, Scope scope);
  }

  private ConjugateGradients() {}

  /**
   * Takes some steps.
   *
   * @param x F64, where to start; modified
   * @param right b, F64 of x's size; b − A x afterwards
   * @param operator A
   * @param preconditioner close to A⁻¹
   * @param steps the most
   */
  public static void descend(
      Matrix x, Matrix right, Operator operator, Operator preconditioner, int steps) {
    Device device = x.device();
    Matrix rest = right;
    try (Scope scratch = device.openScope()) {
      device.gradients().addScaled(-1, operator.apply(x, scratch), rest);
      Matrix direction = preconditioner.apply(rest, scratch);
      double slope = Matrices.innerProduct(rest, direction);
      double first = slope;
      for (int step = 0; step < steps && slope > NEGLIGIBLE * first; step++) {
        try (Scope inner = device.openScope()) {
          Matrix image = operator.apply(direction, inner);
          double curvature = Matrices.innerProduct(direction, image);
          if (!(curvature > 0)) {
            return;
          }
          device.gradients().addScaled(slope / curvature, direction, x);
          device.gradients().addScaled(-slope / curvature, image, rest);
        }
        Matrix next = preconditioner.apply(rest, scratch);
        double nextSlope = Matrices.innerProduct(rest, next);
        device.gradients().addScaled(nextSlope / slope, direction, next);
        direction = next;
        slope = nextSlope;
      }
    }
  }
}
