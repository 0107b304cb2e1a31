package io.github.lrfbench.harness.compress.kronecker;

import io.github.lrfbench.harness.linear.KroneckerLinear;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.svd.SigmaSplit;
import io.github.lrfbench.kernels.svd.SvdAlgorithm;
import io.github.lrfbench.kernels.svd.SvdFactors;
import io.github.lrfbench.kernels.svd.SvdOptions;
import io.github.lrfbench.kernels.svd.TruncatedSvd;

/**
 * The rearranged matrix [m1 n1, m2 n2] of W, element (i1 n1 + j1, i2 n2 + j2) being W[i1 m2 + i2,
 * j1 n2 + j2] (Van Loan and Pitsianis 1993). It only moves elements, and a Kronecker product is one
 * of rank 1, so that its singular value decomposition gives the nearest sum of R of them.
 */
final class Rearrangement {
  private Rearrangement() {}

  /**
   * The rearranged matrix.
   *
   * @param w [m, n] without gaps, not modified
   * @param scope owns it
   */
  static Matrix of(Matrix w, KroneckerShape shape, Scope scope) {
    int m1 = shape.m1();
    int n1 = shape.n1();
    int m2 = shape.m2();
    int n2 = shape.n2();
    Device device = scope.device();
    Matrix rearranged = Matrix.of(scope.allocate(w.dtype(), m1 * n1, m2 * n2));
    try (Scope scratch = device.openScope()) {
      // [m1, m2, n1, n2] to [m1, n1, n2, m2] to [m1, n1, m2, n2].
      Matrix turned = Matrix.of(scratch.allocate(w.dtype(), m1, m2 * n1 * n2));
      device.nn().swapAxes(w.reshape(m1, m2 * n1 * n2), m2, n1 * n2, turned);
      device.nn().swapAxes(turned.reshape(m1 * n1, n2 * m2), n2, m2, rearranged);
    }
    return rearranged;
  }

  /**
   * The largest singular values of the rearranged matrix, and their vectors.
   *
   * @param w [m, n] without gaps, not modified
   */
  static SvdFactors decompose(Matrix w, KroneckerShape shape, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      return new TruncatedSvd(scope.device(), SvdOptions.of(SvdAlgorithm.GRAM))
          .factor(scope, of(w, shape, scratch), shape.terms());
    }
  }

  /** The sum of Kronecker products that a decomposition of the rearranged matrix stands for. */
  static KroneckerLinear sum(SvdFactors factors, KroneckerShape shape, Scope scope) {
    int terms = shape.terms();
    Tensor a = scope.allocate(factors.u().dtype(), shape.n1(), terms, shape.m1());
    Tensor b = scope.allocate(factors.u().dtype(), shape.n2(), terms, shape.m2());
    try (Scope scratch = scope.device().openScope()) {
      // √S Uᵀ [R, m1 n1], and V √S [m2 n2, R].
      LowRankFactors split = factors.split(scratch, SigmaSplit.BOTH);
      turn(split.up(), false, shape.m1(), a, scratch);
      turn(split.down(), true, shape.m2(), b, scratch);
    }
    return new KroneckerLinear(a, b, null);
  }

  /**
   * Writes a factor's terms, vectors of [m, n] row by row, as [n, R, m].
   *
   * @param columns whether the terms are columns, and not rows
   */
  private static void turn(Matrix terms, boolean columns, int m, Tensor target, Scope scratch) {
    Matrix vectors = terms;
    if (!columns) {
      vectors = Matrix.of(scratch.allocate(terms.dtype(), terms.cols(), terms.rows()));
      scratch.device().blas().transpose(terms, vectors);
    }
    int width = vectors.rows() / m * vectors.cols();
    scratch
        .device()
        .blas()
        .transpose(vectors.reshape(m, width), Matrix.of(target).reshape(width, m));
  }
}
