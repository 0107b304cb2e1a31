package io.github.lrfbench.harness.compress.recover;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.Arrays;

/**
 * How much of ‖X‖² the k largest singular values of a matrix X hold, followed while X changes a
 * little from step to step: one power iteration a step takes the k left singular vectors along.
 *
 * @param x X, F32 or F64 [n, m]
 * @param basis B, [n, k] of the same type, orthonormal columns
 */
record HeadEnergy(Matrix x, Matrix basis) {
  /**
   * The beginning, of exact vectors.
   *
   * @param k at most min(m, n)
   * @param scope owns the basis
   */
  static HeadEnergy of(Matrix x, int k, Scope scope) {
    HeadEnergy energy = new HeadEnergy(x, Matrix.of(scope.allocate(x.dtype(), x.rows(), k)));
    energy.renew();
    return energy;
  }

  /** Takes the exact vectors; their k squared singular values, in descending order. */
  double[] renew() {
    try (Scope scratch = x.device().openScope()) {
      Matrix wide = Matrices.toDouble(x, scratch);
      boolean flat = x.rows() <= x.cols();
      int size = Math.min(x.rows(), x.cols());
      Matrix gram = Matrices.allocate(scratch, size, size);
      scratch.device().blas().syrk(!flat, wide, gram);
      Tensor values = scratch.allocate(wide.dtype(), basis.cols());
      Matrix vectors = Matrices.allocate(scratch, basis.cols(), size);
      scratch.device().lapack().largestEigenpairs(gram, basis.cols(), values, vectors);
      Matrix left =
          flat
              ? Matrices.transpose(vectors, scratch)
              : Matrices.product(false, wide, true, vectors, scratch);
      scratch.device().lapack().orthonormalize(left);
      scratch.device().blas().copy(left, basis);
      return Arrays.stream(values.toDoubles()).map(value -> Math.max(0, value)).toArray();
    }
  }

  /** One power iteration, B ← orth(X Xᵀ B). */
  void iterate() {
    try (Scope scratch = x.device().openScope()) {
      Matrix image = Matrices.product(true, basis, false, x, scratch);
      x.device().blas().gemm(false, true, 1, x, image, 0, basis);
      x.device().lapack().orthonormalize(basis);
    }
  }

  /** ‖X‖². */
  double whole() {
    return x.device().blas().squaredNorm(x);
  }

  /**
   * The penalty's gradient, times a factor, added to another.
   *
   * @param gradient by X, [n, m], modified
   * @return the penalty; 0 of a matrix of zeros
   */
  double add(Penalty penalty, double factor, Matrix gradient) {
    try (Scope scratch = x.device().openScope()) {
      Matrix image = Matrices.product(true, basis, false, x, scratch);
      double all = whole();
      double head = x.device().blas().squaredNorm(image);
      if (!(all > 0 && head > 0)) {
        return 0;
      }
      double[] slopes = penalty.slopes(all, head);
      x.device().gradients().addScaled(factor * slopes[0], x, gradient);
      x.device().blas().gemm(false, false, factor * slopes[1], basis, image, 1, gradient);
      return penalty.of(all, head);
    }
  }
}
