package io.github.lrfbench.kernels.ops;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;

/** {@link Batched} by a loop over the matrices, spread over the device's workers. */
public final class LoopedBatched implements Batched {
  private final Device device;

  /** Batches on a device. */
  public LoopedBatched(Device device) {
    this.device = device;
  }

  @Override
  public boolean isPreferred() {
    return false;
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
    requireOneCount(a, b, c);
    Blas blas = device.blas();
    device.forEach(
        c.count(), i -> blas.gemm(transA, transB, alpha, a.get(i), b.get(i), beta, c.get(i)));
  }

  @Override
  public void syrk(boolean transA, MatrixBatch a, MatrixBatch c) {
    requireOneCount(a, c);
    Blas blas = device.blas();
    device.forEach(c.count(), i -> blas.syrk(transA, a.get(i), c.get(i)));
  }

  @Override
  public void orthonormalize(MatrixBatch a) {
    Lapack lapack = device.lapack();
    device.forEach(a.count(), i -> lapack.orthonormalize(a.get(i)));
  }

  @Override
  public boolean[] solvePositive(MatrixBatch a, MatrixBatch b) {
    requireOneCount(a, b);
    boolean[] positive = new boolean[a.count()];
    device.forEach(a.count(), i -> positive[i] = isSolved(a.get(i), b.get(i)));
    return positive;
  }

  private boolean isSolved(Matrix a, Matrix b) {
    Lapack lapack = device.lapack();
    try {
      if (!lapack.cholesky(a)) {
        return false;
      }
    } catch (ArithmeticException e) {
      // NaN or infinity.
      return false;
    }
    lapack.solveLower(false, a, b);
    lapack.solveLower(true, a, b);
    return true;
  }

  /** Refuses batches of different counts. */
  public static void requireOneCount(MatrixBatch first, MatrixBatch... others) {
    for (MatrixBatch other : others) {
      if (other.count() != first.count()) {
        throw new IllegalArgumentException(
            "batches of " + first.count() + " and " + other.count() + " matrices");
      }
    }
  }
}
