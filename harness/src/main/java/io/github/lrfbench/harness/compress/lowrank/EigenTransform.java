package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;

/**
 * T = Q √Λ with Q Λ Qᵀ = C; taken back by the pseudo-inverse √Λ⁻¹ Qᵀ, in which directions that the
 * inputs do not have are zero.
 *
 * @param vectors Qᵀ, F64 [n, n]
 * @param roots √Λ, [n], in descending order; 0 for directions that are dropped
 * @param kept number of those that are not
 */
public record EigenTransform(Matrix vectors, double[] roots, int kept) implements InputTransform {
  /**
   * The transform of a Gram matrix.
   *
   * @param gram C, F64 [n, n], not modified
   * @param cutoff eigenvalues below this part of the largest are dropped
   */
  static EigenTransform of(Matrix gram, double cutoff, Scope scope) {
    int n = gram.rows();
    Matrix vectors = Matrices.allocate(scope, n, n);
    Tensor values = scope.allocate(DType.F64, n);
    scope.device().lapack().largestEigenpairs(Matrices.toDouble(gram, scope), n, values, vectors);
    double[] roots = values.toDoubles();
    double least = cutoff * roots[0];
    int kept = 0;
    for (int i = 0; i < n; i++) {
      boolean used = roots[i] > 0 && roots[i] >= least;
      roots[i] = used ? Math.sqrt(roots[i]) : 0;
      kept += used ? 1 : 0;
    }
    return new EigenTransform(vectors, roots, kept);
  }

  @Override
  public Matrix multiply(Matrix w, Scope scope) {
    Matrix rotated = Matrices.product(false, Matrices.toDouble(w, scope), true, vectors, scope);
    scope.device().blas().scaleColumns(rotated, roots);
    return rotated;
  }

  @Override
  public void divide(Matrix v) {
    double[] inverse = new double[roots.length];
    for (int i = 0; i < kept; i++) {
      inverse[i] = 1 / roots[i];
    }
    try (Scope scratch = v.device().openScope()) {
      v.device().blas().scaleColumns(v, inverse);
      v.device().blas().copy(Matrices.product(false, v, false, vectors, scratch), v);
    }
  }

  @Override
  public double condition() {
    return kept == 0 ? Double.NaN : roots[0] / roots[kept - 1];
  }

  @Override
  public String note() {
    return kept == roots.length
        ? ""
        : "pseudo-inverse: the inputs span " + kept + " of " + roots.length + " directions";
  }
}
