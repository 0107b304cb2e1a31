package io.github.lrfbench.kernels.cuda.blas;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkBlas;
import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkSolver;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Scope;
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

  BatchedBasis(Gpu device, Gemm gemm, MatrixKernels kernels) {
    this.device = device;
    this.gemm = gemm;
    this.kernels = kernels;
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
        int[] info = divideByFactor(a, gram);
        for (int i = 0; i < failed.length; i++) {
          failed[i] |= info[i] != 0;
        }
      }
      // A factorization of NaN may call itself a success; NaN of one pass goes on into the next.
      boolean finite = kernels.isFinite(gram.stacked());
      for (int i = 0; i < failed.length; i++) {
        if (failed[i] || !finite && !kernels.isFinite(gram.get(i))) {
          device.fellBackTo("geqrf");
          kernels.copyConvert(original.get(i), a.get(i));
          device.lapack().orthonormalize(a.get(i));
        }
      }
    }
  }

  /** Factors the Gram matrices and multiplies by the inverses; 0 for each that is positive. */
  private int[] divideByFactor(MatrixBatch a, MatrixBatch gram) {
    int upper = cublasFillMode.CUBLAS_FILL_MODE_UPPER;
    int left = cublasSideMode.CUBLAS_SIDE_LEFT;
    int transposed = cublasOperation.CUBLAS_OP_T;
    int diagonal = cublasDiagType.CUBLAS_DIAG_NON_UNIT;
    int n = a.cols();
    int ldGram = gram.first().stride();
    int ldA = a.first().stride();
    int count = a.count();
    boolean isDouble = a.dtype() == DType.F64;
    int[] info = new int[count];
    CudaStream stream = device.stream();
    synchronized (stream) {
      try (CudaBuffer factors = addresses(stream, gram);
          CudaBuffer targets = addresses(stream, a);
          CudaBuffer answers = stream.take((long) count * Integer.BYTES)) {
        Pointer factorArray = new DevicePointer(factors.address());
        Pointer targetArray = new DevicePointer(targets.address());
        Pointer answerArray = new DevicePointer(answers.address());
        checkSolver(
            isDouble
                ? JCusolverDn.cusolverDnDpotrfBatched(
                    stream.solver().get(), upper, n, factorArray, ldGram, answerArray, count)
                : JCusolverDn.cusolverDnSpotrfBatched(
                    stream.solver().get(), upper, n, factorArray, ldGram, answerArray, count),
            "potrfBatched of " + count + " matrices of " + n + " x " + n);
        cublasHandle handle = stream.blas().get();
        Pointer one = stream.blas().alpha(1, a.dtype());
        checkBlas(
            isDouble
                ? JCublas2.cublasDtrsmBatched(
                    handle,
                    left,
                    upper,
                    transposed,
                    diagonal,
                    n,
                    a.rows(),
                    one,
                    factorArray,
                    ldGram,
                    targetArray,
                    ldA,
                    count)
                : JCublas2.cublasStrsmBatched(
                    handle,
                    left,
                    upper,
                    transposed,
                    diagonal,
                    n,
                    a.rows(),
                    one,
                    factorArray,
                    ldGram,
                    targetArray,
                    ldA,
                    count),
            "trsmBatched of " + count + " matrices of " + n + " x " + a.rows());
        stream.download(
            answers.address(),
            count,
            Integer.BYTES,
            (slot, from, part) -> slot.asIntBuffer().get(0, info, from, part));
      }
    }
    return info;
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
