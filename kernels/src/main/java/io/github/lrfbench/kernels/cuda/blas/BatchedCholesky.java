package io.github.lrfbench.kernels.cuda.blas;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkBlas;
import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkSolver;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cuda.driver.DevicePointer;
import io.github.lrfbench.kernels.cuda.stream.CudaBuffer;
import io.github.lrfbench.kernels.cuda.stream.CudaStream;
import io.github.lrfbench.kernels.cuda.tensor.CudaTensor;
import io.github.lrfbench.kernels.cuda.tensor.Gpu;
import io.github.lrfbench.kernels.ops.MatrixBatch;
import java.util.Arrays;
import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasDiagType;
import jcuda.jcublas.cublasFillMode;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasSideMode;
import jcuda.jcusolver.JCusolverDn;

/**
 * Cholesky factors of many matrices, and systems with them. Row-major lower triangles are the upper
 * ones of the libraries, which are column-major. Arguments have been checked.
 */
final class BatchedCholesky {
  private static final int UPPER = cublasFillMode.CUBLAS_FILL_MODE_UPPER;

  private final Gpu device;
  private final MatrixKernels kernels;

  BatchedCholesky(Gpu device, MatrixKernels kernels) {
    this.device = device;
    this.kernels = kernels;
  }

  /**
   * Replaces the lower triangles by the factors. Of matrices whose rows are close to each other the
   * host waits once, for all answers.
   *
   * @param a [n, n]
   * @return which matrices are positive definite
   */
  boolean[] factor(MatrixBatch a) {
    int count = a.count();
    int n = a.cols();
    int[] info = new int[count];
    boolean finite;
    CudaStream stream = device.stream();
    synchronized (stream) {
      try (CudaBuffer matrices = addresses(stream, a);
          CudaBuffer answers = stream.take((long) count * Integer.BYTES)) {
        Pointer array = new DevicePointer(matrices.address());
        Pointer answerArray = new DevicePointer(answers.address());
        checkSolver(
            a.dtype() == DType.F64
                ? JCusolverDn.cusolverDnDpotrfBatched(
                    stream.solver().get(), UPPER, n, array, a.first().stride(), answerArray, count)
                : JCusolverDn.cusolverDnSpotrfBatched(
                    stream.solver().get(), UPPER, n, array, a.first().stride(), answerArray, count),
            "potrfBatched of " + count + " matrices of " + n + " x " + n);
        finite = a.first().stride() == n && kernels.isFinite(flattened(a));
        stream.download(
            answers.address(),
            count,
            Integer.BYTES,
            (slot, from, part) -> slot.asIntBuffer().get(0, info, from, part));
      }
    }
    boolean[] positive = new boolean[count];
    for (int i = 0; i < count; i++) {
      // A factorization of NaN may call itself a success.
      positive[i] = info[i] == 0 && (finite || kernels.isFinite(a.get(i)));
    }
    return positive;
  }

  /** Each matrix as a row. */
  private static Matrix flattened(MatrixBatch a) {
    int size = Math.multiplyExact(a.rows(), a.cols());
    int stride = a.count() == 1 ? size : Math.toIntExact(a.step());
    return new Matrix(a.first().data(), a.first().offset(), a.count(), size, stride);
  }

  /** {@code b = op(l)⁻¹ b}. */
  void solveFromLeft(boolean transposed, MatrixBatch l, MatrixBatch b) {
    solve(cublasSideMode.CUBLAS_SIDE_RIGHT, transposed, l, b);
  }

  /** {@code b = b op(l)⁻¹}. */
  void solveFromRight(boolean transposed, MatrixBatch l, MatrixBatch b) {
    solve(cublasSideMode.CUBLAS_SIDE_LEFT, transposed, l, b);
  }

  private void solve(int side, boolean transposed, MatrixBatch l, MatrixBatch b) {
    int operation = transposed ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N;
    int diagonal = cublasDiagType.CUBLAS_DIAG_NON_UNIT;
    int m = b.cols();
    int n = b.rows();
    CudaStream stream = device.stream();
    synchronized (stream) {
      try (CudaBuffer factors = addresses(stream, l);
          CudaBuffer targets = addresses(stream, b)) {
        Pointer factorArray = new DevicePointer(factors.address());
        Pointer targetArray = new DevicePointer(targets.address());
        cublasHandle handle = stream.blas().get();
        Pointer one = stream.blas().alpha(1, b.dtype());
        checkBlas(
            b.dtype() == DType.F64
                ? JCublas2.cublasDtrsmBatched(
                    handle,
                    side,
                    UPPER,
                    operation,
                    diagonal,
                    m,
                    n,
                    one,
                    factorArray,
                    l.first().stride(),
                    targetArray,
                    b.first().stride(),
                    b.count())
                : JCublas2.cublasStrsmBatched(
                    handle,
                    side,
                    UPPER,
                    operation,
                    diagonal,
                    m,
                    n,
                    one,
                    factorArray,
                    l.first().stride(),
                    targetArray,
                    b.first().stride(),
                    b.count()),
            "trsmBatched of " + b.count() + " matrices of " + m + " x " + n);
      }
    }
  }

  /** The places of all matrices, on the device. */
  private static CudaBuffer addresses(CudaStream stream, MatrixBatch batch) {
    long[] addresses = new long[batch.count()];
    Arrays.setAll(addresses, i -> CudaTensor.address(batch.get(i)));
    CudaBuffer buffer = stream.take((long) addresses.length * Long.BYTES);
    stream.upload(
        buffer.address(),
        addresses.length,
        Long.BYTES,
        (slot, from, part) -> slot.asLongBuffer().put(0, addresses, from, part));
    return buffer;
  }
}
