package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * Transforms T with T Tᵀ = C, under which inputs are white: T⁻¹ X has orthonormal rows, and a
 * singular value of W T is exactly what dropping it costs in the outputs.
 */
public final class Whitening {
  private static final double[] RIDGES = {0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2};

  /** Eigenvalues below this part of the largest are taken for zeros. */
  private static final double CUTOFF = 1e-10;

  private Whitening() {}

  /**
   * By Cholesky factorization. Of a singular matrix a ridge is added to the diagonal, from 1e-6 of
   * its mean and ten times more until it is enough; if 1e-2 is not, the eigenvectors are taken.
   *
   * @param gram C, F64 [n, n], not modified
   */
  public static InputTransform byCholesky(Matrix gram, Scope scope) {
    CholeskyTransform root = damped(gram, scope);
    return root == null ? byEigenvectors(gram, scope) : root;
  }

  /** The Cholesky factor with the smallest ridge that is enough, or null if none is. */
  public static CholeskyTransform damped(Matrix gram, Scope scope) {
    for (double ridge : RIDGES) {
      CholeskyTransform root = CholeskyTransform.of(gram, ridge, scope);
      if (root != null) {
        return root;
      }
    }
    return null;
  }

  /**
   * By eigenvectors; directions that the inputs do not have are dropped.
   *
   * @param gram C, F64 [n, n], not modified
   */
  public static EigenTransform byEigenvectors(Matrix gram, Scope scope) {
    return EigenTransform.of(gram, CUTOFF, scope);
  }
}
