package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.linear.Chain;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * Two factors as codes, Ŵ = L R.
 *
 * @param left L [m, r]
 * @param right R [r, n]
 */
record CodedFactors(CodedMatrix left, CodedMatrix right) {
  /**
   * W − L R.
   *
   * @param w F64 [m, n], not modified
   */
  Matrix subtractedFrom(Matrix w, Scope scope) {
    Matrix difference = Matrices.toDouble(w, scope);
    scope.device().blas().gemm(false, false, -1, left.value(), right.value(), 1, difference);
    return difference;
  }

  /**
   * The same factors times the number by which their product comes closest to W, ⟨W, Ŵ⟩ / ‖Ŵ‖². It
   * goes into the scales of R, and takes no memory.
   *
   * @param w F64 [m, n], not modified
   */
  CodedFactors rescaled(Matrix w, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      Matrix product = Matrices.product(false, left.value(), false, right.value(), scratch);
      double energy = scope.device().blas().squaredNorm(product);
      return energy > 0
          ? new CodedFactors(left, right.times(Matrices.innerProduct(w, product) / energy, scope))
          : this;
    }
  }

  /** The same factors, owned by a scope. */
  CodedFactors copyTo(Scope scope) {
    return new CodedFactors(left.copyTo(scope), right.copyTo(scope));
  }

  /** The map of these codes, without a bias. */
  Chain map(Scope scope) {
    return new Chain(right.codes().map(scope), left.codes().map(scope));
  }
}
