package io.github.lrfbench.kernels.cuda.lapack;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cuda.blas.MatrixKernels;
import java.util.Arrays;

/**
 * Keeps the squares of a matrix in the range of its type. LAPACK scales very large and very small
 * matrices before it factors them; cuSOLVER does not say that it does. The factor is a power of
 * two, so that nothing is rounded.
 */
final class RangeScaling {
  /** Norms between this and its inverse are left as they are: squares then fit into F32. */
  private static final double SMALL = 0x1p-40;

  /** Both the factor and its inverse are numbers. */
  private static final int MOST = 1000;

  private final MatrixKernels kernels;

  RangeScaling(MatrixKernels kernels) {
    this.kernels = kernels;
  }

  /**
   * Brings the norm of a finite matrix near one if it is very large or small.
   *
   * @return what values of the matrix were multiplied by
   */
  double apply(Matrix a) {
    double norm = Math.sqrt(kernels.squaredNorm(a));
    if (norm == 0 || norm >= SMALL && norm <= 1 / SMALL) {
      return 1;
    }
    int exponent = Math.max(-MOST, Math.min(MOST, Math.getExponent(norm)));
    double factor = Math.scalb(1.0, -exponent);
    multiply(a, factor);
    return factor;
  }

  /** Divides the values of a scaled matrix by what it was multiplied by. */
  void undo(Tensor values, double factor) {
    if (factor != 1) {
      int size = (int) values.shape().size();
      multiply(new Matrix(values, 0, 1, size, size), 1 / factor);
    }
  }

  private void multiply(Matrix a, double factor) {
    double[] factors = new double[a.cols()];
    Arrays.fill(factors, factor);
    kernels.scaleColumns(a, factors);
  }
}
