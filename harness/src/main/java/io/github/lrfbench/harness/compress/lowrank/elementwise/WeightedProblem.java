package io.github.lrfbench.harness.compress.lowrank.elementwise;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Blas;

/**
 * The problem of Srebro and Jaakkola 2003: for a matrix W and weights H ≥ 0, both of [m, n], find U
 * and V of rank r that minimize J = Σ H (W − U V)². It has no closed form unless H has rank one;
 * there are local minima, and the best factors of a rank hold nothing of those of another.
 */
final class WeightedProblem {
  private final Matrix w;
  private final Matrix h;
  private final Matrix rootH;
  private final Matrix hw;

  private WeightedProblem(Matrix w, Matrix h, Matrix rootH, Matrix hw) {
    this.w = w;
    this.h = h;
    this.rootH = rootH;
    this.hw = hw;
  }

  /**
   * A problem.
   *
   * @param w W, F64 [m, n], not modified
   * @param h H in row-major order, m n numbers of at least 0
   * @param scope owns what the problem needs
   */
  static WeightedProblem of(Matrix w, double[] h, Scope scope) {
    double[] roots = new double[h.length];
    for (int i = 0; i < h.length; i++) {
      roots[i] = Math.sqrt(h[i]);
    }
    Matrix weights = Matrix.of(scope.doubles(h, w.rows(), w.cols()));
    Matrix hw = Matrix.of(scope.allocate(DType.F64, w.rows(), w.cols()));
    scope.device().blas().copy(w, hw);
    scope.device().gradients().multiply(weights, hw);
    return new WeightedProblem(w, weights, Matrix.of(scope.doubles(roots, w.rows(), w.cols())), hw);
  }

  /** The same problem with the roles of U and Vᵀ exchanged. */
  WeightedProblem transposed(Scope scope) {
    return new WeightedProblem(
        Matrices.transpose(w, scope),
        Matrices.transpose(h, scope),
        Matrices.transpose(rootH, scope),
        Matrices.transpose(hw, scope));
  }

  Device device() {
    return w.device();
  }

  int rows() {
    return w.rows();
  }

  int cols() {
    return w.cols();
  }

  /** W. */
  Matrix w() {
    return w;
  }

  /** H. */
  Matrix h() {
    return h;
  }

  /** H W, element by element. */
  Matrix hw() {
    return hw;
  }

  /** J of some factors. */
  double objective(Factors factors) {
    try (Scope scratch = device().openScope()) {
      Matrix product = Matrix.of(scratch.allocate(DType.F64, rows(), cols()));
      factors.multiply(product);
      return objective(product);
    }
  }

  /**
   * J of a matrix.
   *
   * @param x [m, n], destroyed
   */
  double objective(Matrix x) {
    device().gradients().addScaled(-1, w, x);
    weigh(x);
    return device().blas().squaredNorm(x);
  }

  /** Multiplies a matrix of [m, n] by √H, element by element. */
  void weigh(Matrix x) {
    device().gradients().multiply(rootH, x);
  }

  /**
   * J and its gradients: dU = 2 (H (U V − W)) Vᵀ and dVᵀ = 2 (H (U V − W))ᵀ U.
   *
   * @param du [m, r], modified; null if not wanted
   * @param dv of Vᵀ, [n, r], modified
   */
  double gradients(Factors factors, Matrix du, Matrix dv) {
    try (Scope scratch = device().openScope()) {
      Matrix residual = Matrix.of(scratch.allocate(DType.F64, rows(), cols()));
      factors.multiply(residual);
      device().gradients().addScaled(-1, w, residual);
      weigh(residual);
      double objective = device().blas().squaredNorm(residual);
      gradients(residual, factors, du, dv);
      return objective;
    }
  }

  /**
   * The gradients where √H (U V − W) is known.
   *
   * @param residual √H (U V − W), [m, n], destroyed
   * @param du [m, r], modified; null if not wanted
   * @param dv of Vᵀ, [n, r], modified
   */
  void gradients(Matrix residual, Factors factors, Matrix du, Matrix dv) {
    Blas blas = device().blas();
    weigh(residual);
    if (du != null) {
      blas.gemm(false, false, 2, residual, factors.v(), 0, du);
    }
    blas.gemm(true, false, 2, residual, factors.u(), 0, dv);
  }
}
