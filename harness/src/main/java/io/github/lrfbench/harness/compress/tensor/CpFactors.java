package io.github.lrfbench.harness.compress.tensor;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * A sum of R outer products, Σ λᵣ aᵣ ∘ bᵣ ∘ cᵣ, with columns of norm 1.
 *
 * @param factors A [D, R], B [w, R] and C [K, R], row by row
 * @param weights λ
 */
record CpFactors(double[][] factors, double[] weights) {
  /** |cos| of two components, in every mode, from which on they are taken for the same. */
  private static final double SAME = 0.97;

  int rank() {
    return weights.length;
  }

  /**
   * Components that point the same way in every mode with opposite signs, which grow against each
   * other where no best approximation exists.
   *
   * @param cosines of every mode, FᵀF row by row
   * @return how many pairs there are
   */
  static int degeneratePairs(double[][] cosines, int rank) {
    int pairs = 0;
    for (int r = 0; r < rank; r++) {
      for (int s = r + 1; s < rank; s++) {
        double sign = 1;
        for (double[] ofMode : cosines) {
          double cosine = ofMode[r * rank + s];
          sign *= Math.abs(cosine) > SAME ? Math.signum(cosine) : 0;
        }
        pairs += sign < 0 ? 1 : 0;
      }
    }
    return pairs;
  }

  /** A factor with its part of the weights, F64 [size, R]: the cube root. */
  Matrix spread(int mode, double scale, Scope scope) {
    double[] values = factors[mode].clone();
    for (int i = 0; i < values.length; i++) {
      values[i] *= Math.cbrt(weights[i % weights.length] * scale);
    }
    return Matrix.of(scope.doubles(values, values.length / rank(), rank()));
  }

  /** A factor as it is. */
  Matrix of(int mode, Scope scope) {
    return Matrix.of(scope.doubles(factors[mode], factors[mode].length / rank(), rank()));
  }

  /** FᵀF. */
  Matrix gram(int mode, Scope scope) {
    Matrix gram = Matrices.allocate(scope, rank(), rank());
    scope.device().blas().syrk(true, of(mode, scope), gram);
    return gram;
  }
}
