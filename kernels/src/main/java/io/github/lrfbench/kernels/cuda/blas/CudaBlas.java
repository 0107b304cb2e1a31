package io.github.lrfbench.kernels.cuda.blas;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cuda.tensor.Gpu;
import io.github.lrfbench.kernels.host.Arguments;
import io.github.lrfbench.kernels.ops.Blas;

/** {@link Blas} over cuBLAS, and kernels of our own for what goes over a matrix once. */
public final class CudaBlas implements Blas {
  private final Arguments arguments;
  private final MatrixKernels kernels;
  private final Gemm gemm;

  /** Products and kernels of a device. */
  public CudaBlas(Gpu device, MatrixKernels kernels, Gemm gemm) {
    arguments = device.arguments();
    this.kernels = kernels;
    this.gemm = gemm;
  }

  @Override
  public void gemm(
      boolean transA, boolean transB, double alpha, Matrix a, Matrix b, double beta, Matrix c) {
    arguments.requireProduct("gemm", transA, transB, a, b, c);
    gemm.run(transA, transB, alpha, a, b, beta, c);
  }

  /** A general product: its tensor cores make up for the half that a symmetric one would save. */
  @Override
  public void syrk(boolean transA, Matrix a, Matrix c) {
    arguments.requireOneType("syrk", c, a);
    int n = transA ? a.cols() : a.rows();
    arguments.requireShapes(c.rows() == n && c.cols() == n, "syrk", a, c);
    gemm.run(transA, !transA, 1, a, a, 0, c);
    kernels.mirrorUpper(c);
  }

  @Override
  public void copy(Matrix x, Matrix y) {
    arguments.requireCopy(x, y);
    if (x.dtype().isCode()) {
      kernels.copyBytes(x, y);
    } else {
      kernels.copyConvert(x, y);
    }
  }

  @Override
  public void transpose(Matrix x, Matrix y) {
    arguments.requireFloating("transpose", x);
    arguments.requireFloating("transpose", y);
    arguments.requireShapes(x.rows() == y.cols() && x.cols() == y.rows(), "transpose", x, y);
    kernels.transposeConvert(x, y);
  }

  @Override
  public void scaleRows(Matrix x, double[] factors) {
    arguments.requireFloating("scaleRows", x);
    requireFactors(x.rows(), factors);
    kernels.scaleRows(x, factors);
  }

  @Override
  public void scaleColumns(Matrix x, double[] factors) {
    arguments.requireFloating("scaleColumns", x);
    requireFactors(x.cols(), factors);
    kernels.scaleColumns(x, factors);
  }

  @Override
  public double squaredNorm(Matrix x) {
    arguments.requireFloating("squaredNorm", x);
    return kernels.squaredNorm(x);
  }

  @Override
  public double[] rowSquaredNorms(Matrix x) {
    arguments.requireFloating("rowSquaredNorms", x);
    return kernels.rowSquaredNorms(x);
  }

  private static void requireFactors(int wanted, double[] factors) {
    if (factors.length != wanted) {
      throw new IllegalArgumentException(wanted + " factors wanted, not " + factors.length);
    }
  }
}
