package io.github.lrfbench.kernels.cuda.blas;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.cuda.tensor.Gpu;
import io.github.lrfbench.kernels.host.Arguments;
import io.github.lrfbench.kernels.ops.Batched;
import io.github.lrfbench.kernels.ops.LoopedBatched;
import io.github.lrfbench.kernels.ops.MatrixBatch;
import java.util.Arrays;

/** {@link Batched} by batched operations of cuBLAS and cuSOLVER. */
public final class CudaBatched implements Batched {
  private final Arguments arguments;
  private final MatrixKernels kernels;
  private final Gemm gemm;
  private final BatchedCholesky cholesky;
  private final BatchedBasis basis;

  /** Products and kernels of a device. */
  public CudaBatched(Gpu device, MatrixKernels kernels, Gemm gemm) {
    arguments = device.arguments();
    this.kernels = kernels;
    this.gemm = gemm;
    cholesky = new BatchedCholesky(device, kernels);
    basis = new BatchedBasis(device, gemm, kernels, cholesky);
  }

  @Override
  public boolean isPreferred() {
    return true;
  }

  @Override
  public void gemm(
      boolean transA,
      boolean transB,
      double alpha,
      MatrixBatch a,
      MatrixBatch b,
      double beta,
      MatrixBatch c) {
    LoopedBatched.requireOneCount(a, b, c);
    arguments.requireOneType("gemm", c.first(), a.first(), b.first());
    int k = transA ? a.rows() : a.cols();
    arguments.requireShapes(
        (transA ? a.cols() : a.rows()) == c.rows()
            && (transB ? b.cols() : b.rows()) == k
            && (transB ? b.rows() : b.cols()) == c.cols(),
        "gemm",
        a.first(),
        b.first(),
        c.first());
    gemm.run(transA, transB, alpha, a, b, beta, c);
  }

  @Override
  public void syrk(boolean transA, MatrixBatch a, MatrixBatch c) {
    LoopedBatched.requireOneCount(a, c);
    arguments.requireOneType("syrk", c.first(), a.first());
    int n = transA ? a.cols() : a.rows();
    arguments.requireShapes(c.rows() == n && c.cols() == n, "syrk", a.first(), c.first());
    gemm.run(transA, !transA, 1, a, a, 0, c);
    for (int i = 0; i < c.count(); i++) {
      kernels.mirrorUpper(c.get(i));
    }
  }

  @Override
  public void orthonormalize(MatrixBatch a) {
    arguments.requireFloating("orthonormalize", a.first());
    arguments.requireShapes(a.rows() >= a.cols(), "orthonormalize", a.first());
    if (a.cols() > 0) {
      basis.orthonormalize(a);
    }
  }

  @Override
  public boolean[] solvePositive(MatrixBatch a, MatrixBatch b) {
    LoopedBatched.requireOneCount(a, b);
    arguments.requireOneType("solvePositive", b.first(), a.first());
    requireSolvable("solvePositive", a.dtype());
    arguments.requireShapes(
        a.rows() == a.cols() && b.rows() == a.rows(), "solvePositive", a.first(), b.first());
    if (a.rows() == 0) {
      boolean[] positive = new boolean[a.count()];
      Arrays.fill(positive, true);
      return positive;
    }
    boolean[] positive = cholesky.factor(a);
    if (b.cols() > 0) {
      cholesky.solveFromLeft(false, a, b);
      cholesky.solveFromLeft(true, a, b);
    }
    return positive;
  }

  private static void requireSolvable(String operation, DType dtype) {
    if (dtype != DType.F32 && dtype != DType.F64) {
      throw new IllegalArgumentException(operation + " of " + dtype + "; it knows F32 and F64");
    }
  }
}
