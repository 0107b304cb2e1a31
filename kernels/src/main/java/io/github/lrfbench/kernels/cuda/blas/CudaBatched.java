package io.github.lrfbench.kernels.cuda.blas;

import io.github.lrfbench.kernels.cuda.tensor.Gpu;
import io.github.lrfbench.kernels.host.Arguments;
import io.github.lrfbench.kernels.ops.Batched;
import io.github.lrfbench.kernels.ops.LoopedBatched;
import io.github.lrfbench.kernels.ops.MatrixBatch;

/** {@link Batched} by strided-batched products. */
public final class CudaBatched implements Batched {
  private final Arguments arguments;
  private final MatrixKernels kernels;
  private final Gemm gemm;
  private final BatchedBasis basis;

  /** Products and kernels of a device. */
  public CudaBatched(Gpu device, MatrixKernels kernels, Gemm gemm) {
    arguments = device.arguments();
    this.kernels = kernels;
    this.gemm = gemm;
    basis = new BatchedBasis(device, gemm, kernels);
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
}
