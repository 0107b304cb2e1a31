package io.github.lrfbench.kernels.svd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Blas;

/**
 * The singular value decomposition of a product U Vᵀ that is never formed: by thin QR
 * factorizations of both factors, and the decomposition of the small matrix between them.
 */
public final class ProductSvd {
  private ProductSvd() {}

  /**
   * Decomposes U Vᵀ.
   *
   * @param scope owns the factors
   * @param u U, [m, r], F32 or F64, not modified; r at most m and n
   * @param v V, [n, r] of the same type, not modified
   * @param rank from 1 to r
   * @return in double precision
   * @throws ArithmeticException if a factor holds NaN or infinity
   */
  public static SvdFactors factor(Scope scope, Matrix u, Matrix v, int rank) {
    Device device = scope.device();
    Blas blas = device.blas();
    int inner = u.cols();
    try (Scope work = device.openScope()) {
      Matrix qu = basis(u, work);
      Matrix qv = basis(v, work);
      Matrix ru = triangle(qu, u, work);
      Matrix rv = triangle(qv, v, work);
      Matrix middle = Matrix.of(work.allocate(DType.F64, inner, inner));
      blas.gemm(false, true, 1, ru, rv, 0, middle);
      SvdFactors small =
          new TruncatedSvd(device, SvdOptions.of(SvdAlgorithm.EXACT)).factor(work, middle, rank);
      Matrix left = Matrix.of(scope.allocate(DType.F64, u.rows(), small.rank()));
      Matrix right = Matrix.of(scope.allocate(DType.F64, small.rank(), v.rows()));
      blas.gemm(false, false, 1, qu, small.u(), 0, left);
      blas.gemm(false, true, 1, small.vt(), qv, 0, right);
      return new SvdFactors(left, right, small.spectrum(), SvdAlgorithm.EXACT, DType.F64);
    }
  }

  private static Matrix basis(Matrix x, Scope work) {
    Matrix q = toDouble(x, work);
    work.device().lapack().orthonormalize(q);
    return q;
  }

  /** R = Qᵀ x. */
  private static Matrix triangle(Matrix q, Matrix x, Scope work) {
    Matrix r = Matrix.of(work.allocate(DType.F64, q.cols(), q.cols()));
    work.device().blas().gemm(true, false, 1, q, toDouble(x, work), 0, r);
    return r;
  }

  private static Matrix toDouble(Matrix x, Scope work) {
    Matrix copy = Matrix.of(work.allocate(DType.F64, x.rows(), x.cols()));
    work.device().blas().copy(x, copy);
    return copy;
  }
}
