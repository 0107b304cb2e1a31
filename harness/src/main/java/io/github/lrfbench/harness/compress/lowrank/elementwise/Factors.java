package io.github.lrfbench.harness.compress.lowrank.elementwise;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;

/**
 * A matrix U V of [m, n], in double precision.
 *
 * @param u U, [m, r]
 * @param v Vᵀ, [n, r]
 */
record Factors(Matrix u, Matrix v) {
  /** Factors with undefined contents. */
  static Factors allocate(Scope scope, int rows, int cols, int rank) {
    return new Factors(
        Matrix.of(scope.allocate(DType.F64, rows, rank)),
        Matrix.of(scope.allocate(DType.F64, cols, rank)));
  }

  /** A copy of factors of any type. */
  static Factors of(LowRankFactors factors, Scope scope) {
    Factors copy = allocate(scope, factors.outputs(), factors.inputs(), factors.rank());
    scope.device().blas().transpose(factors.up(), copy.u);
    scope.device().blas().copy(factors.down(), copy.v);
    return copy;
  }

  int rank() {
    return u.cols();
  }

  /** A copy. */
  Factors copy(Scope scope) {
    Factors copy = allocate(scope, u.rows(), v.rows(), rank());
    copy.write(this);
    return copy;
  }

  /** Overwrites these factors with others of the same sizes. */
  void write(Factors other) {
    u.device().blas().copy(other.u, u);
    u.device().blas().copy(other.v, v);
  }

  /** Makes all elements zero. */
  void clear() {
    u.device().gradients().clear(u);
    u.device().gradients().clear(v);
  }

  /** Adds {@code scale} times other factors of the same sizes, element by element. */
  void add(double scale, Factors other) {
    u.device().gradients().addScaled(scale, other.u, u);
    u.device().gradients().addScaled(scale, other.v, v);
  }

  /** The inner product with other factors of the same sizes, as one vector of all elements. */
  double dot(Factors other) {
    return Matrices.innerProduct(u, other.u) + Matrices.innerProduct(v, other.v);
  }

  /** Writes U V to a matrix. */
  void multiply(Matrix target) {
    u.device().blas().gemm(false, true, 1, u, v, 0, target);
  }
}
