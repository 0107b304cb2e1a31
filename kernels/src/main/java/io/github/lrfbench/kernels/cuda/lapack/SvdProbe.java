package io.github.lrfbench.kernels.cuda.lapack;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.cuda.blas.Gemm;
import io.github.lrfbench.kernels.cuda.blas.MatrixKernels;
import io.github.lrfbench.kernels.cuda.lapack.SingularValueSolver.Factors;
import io.github.lrfbench.kernels.cuda.tensor.Gpu;
import java.util.Random;

/**
 * Tells by a few random vectors whether a decomposition is what it claims: for a vector x of random
 * signs, the expected value of ‖x E‖² is ‖E‖². This costs a few products with the matrix, little
 * beside the decomposition, and catches what an error estimate of singular values alone would not.
 */
final class SvdProbe {
  private static final int VECTORS = 8;

  /** Multiples of the unit roundoff that a good decomposition stays below. */
  private static final double MULTIPLE = 128;

  private final Gpu device;
  private final MatrixKernels kernels;
  private final Gemm gemm;

  SvdProbe(Gpu device, MatrixKernels kernels, Gemm gemm) {
    this.device = device;
    this.kernels = kernels;
    this.gemm = gemm;
  }

  /** Whether {@code b = rightᵀ diag(s) left} with orthonormal rows, up to rounding. */
  boolean accepts(Matrix b, Factors factors) {
    int k = b.rows();
    DType dtype = b.dtype();
    double norm = Math.sqrt(kernels.squaredNorm(b));
    double[] sigma = factors.s().toDoubles();
    double bound = MULTIPLE * (dtype == DType.F64 ? 0x1p-53 : 0x1p-24);
    if (!descends(sigma)) {
      return false;
    }
    try (Scope scope = device.openScope()) {
      Matrix x = Matrix.of(scope.allocate(dtype, VECTORS, k));
      Matrix y = Matrix.of(scope.allocate(dtype, VECTORS, k));
      Matrix image = Matrix.of(scope.allocate(dtype, VECTORS, b.cols()));
      double[] signs = signs(VECTORS * k);
      x.data().write(0, signs, 0, signs.length);
      gemm.run(false, false, 1, x, b, 0, image);
      gemm.run(false, true, 1, x, factors.right(), 0, y);
      kernels.scaleColumns(y, sigma);
      gemm.run(false, false, -1, y, factors.left(), 1, image);
      return error(image) <= bound * norm
          && isOrthonormal(x, factors.right(), y, scope, bound)
          && isOrthonormal(x, factors.left(), y, scope, bound);
    }
  }

  /** Whether x q qᵀ = x. */
  private boolean isOrthonormal(Matrix x, Matrix q, Matrix y, Scope scope, double bound) {
    Matrix image = Matrix.of(scope.allocate(x.dtype(), VECTORS, q.cols()));
    gemm.run(false, false, 1, x, q, 0, image);
    kernels.copyConvert(x, y);
    gemm.run(false, true, 1, image, q, -1, y);
    return error(y) <= bound * Math.sqrt(q.rows());
  }

  /** The estimate of ‖E‖ from x E; NaN compares with nothing. */
  private double error(Matrix image) {
    return Math.sqrt(kernels.squaredNorm(image) / VECTORS);
  }

  private static boolean descends(double[] sigma) {
    for (int i = 0; i < sigma.length; i++) {
      if (!(sigma[i] >= 0) || i > 0 && sigma[i] > sigma[i - 1]) {
        return false;
      }
    }
    return true;
  }

  private static double[] signs(int count) {
    Random random = new Random(1);
    double[] signs = new double[count];
    for (int i = 0; i < count; i++) {
      signs[i] = random.nextBoolean() ? 1 : -1;
    }
    return signs;
  }
}
