package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * Inputs x count by weights w: K = Σ w (x − c)(x − c)ᵀ.
 *
 * @param gram Σ w x xᵀ, F64 [n, n]
 * @param sum Σ w x, [n]; null where c is 0
 * @param weight Σ w
 * @param centre c, [n]; null for 0
 */
public record WeightedMoment(Matrix gram, double[] sum, double weight, double[] centre)
    implements OutputMetric {
  /** K = Σ w x xᵀ. */
  public WeightedMoment(Matrix gram) {
    this(gram, null, 0, null);
  }

  @Override
  public Matrix gram(Matrix r, Scope scope) {
    Matrix all = Matrices.congruence(r, gram, scope);
    if (centre != null) {
      Matrix ofSum = image(r, sum, scope);
      Matrix ofCentre = image(r, centre, scope);
      scope.device().blas().gemm(false, true, -1, ofSum, ofCentre, 1, all);
      scope.device().blas().gemm(false, true, -1, ofCentre, ofSum, 1, all);
      scope.device().blas().gemm(false, true, weight, ofCentre, ofCentre, 1, all);
    }
    return all;
  }

  private static Matrix image(Matrix r, double[] vector, Scope scope) {
    Matrix column = Matrix.of(scope.doubles(vector, vector.length, 1));
    return Matrices.product(false, r, false, column, scope);
  }
}
