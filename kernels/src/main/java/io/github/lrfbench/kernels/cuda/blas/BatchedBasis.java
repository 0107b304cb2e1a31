package io.github.lrfbench.kernels.cuda.blas;

import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.cuda.tensor.Gpu;
import io.github.lrfbench.kernels.ops.MatrixBatch;

/**
 * Orthonormal bases of the columns of many matrices, by the Cholesky factors of their Gram
 * matrices: a = (a L⁻ᵀ) Lᵀ with aᵀ a = L Lᵀ. Once leaves an error that grows with the square of the
 * condition; done twice, it is as good as a Householder factorization for conditions up to u^(-1/2)
 * (Yamamoto, Nakatsukasa, Yanagisawa and Fukaya 2015). For worse ones the factorization breaks
 * down, which shows, and the matrix is left to Householder.
 */
final class BatchedBasis {
  private static final int PASSES = 2;

  private final Gpu device;
  private final Gemm gemm;
  private final MatrixKernels kernels;
  private final BatchedCholesky cholesky;

  BatchedBasis(Gpu device, Gemm gemm, MatrixKernels kernels, BatchedCholesky cholesky) {
    this.device = device;
    this.gemm = gemm;
    this.kernels = kernels;
    this.cholesky = cholesky;
  }

  /** Replaces every matrix [m, n], n ≤ m, by a basis. Arguments have been checked. */
  void orthonormalize(MatrixBatch a) {
    int n = a.cols();
    try (Scope scope = device.openScope()) {
      MatrixBatch original = MatrixBatch.allocate(scope, a.dtype(), a.count(), a.rows(), n);
      MatrixBatch gram = MatrixBatch.allocate(scope, a.dtype(), a.count(), n, n);
      for (int i = 0; i < a.count(); i++) {
        kernels.copyConvert(a.get(i), original.get(i));
      }
      if (!kernels.isFinite(original.stacked())) {
        throw new ArithmeticException(
            "orthonormalize: one of "
                + a.count()
                + " matrices of "
                + a.rows()
                + " x "
                + n
                + " holds NaN or infinity");
      }
      boolean[] failed = new boolean[a.count()];
      for (int pass = 0; pass < PASSES; pass++) {
        gemm.run(true, false, 1, a, a, 0, gram);
        boolean[] positive = cholesky.factor(gram);
        cholesky.solveFromRight(true, gram, a);
        for (int i = 0; i < failed.length; i++) {
          failed[i] |= !positive[i];
        }
      }
      for (int i = 0; i < failed.length; i++) {
        if (failed[i]) {
          device.fellBackTo("geqrf");
          kernels.copyConvert(original.get(i), a.get(i));
          device.lapack().orthonormalize(a.get(i));
        }
      }
    }
  }
}
