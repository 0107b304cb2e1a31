package io.github.lrfbench.kernels.cuda.blas;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkBlas;
import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkDriver;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.ProductRounding;
import io.github.lrfbench.kernels.cuda.driver.DevicePointer;
import io.github.lrfbench.kernels.cuda.stream.BlasHandle;
import io.github.lrfbench.kernels.cuda.stream.CudaStream;
import io.github.lrfbench.kernels.cuda.tensor.CudaTensor;
import io.github.lrfbench.kernels.cuda.tensor.Gpu;
import io.github.lrfbench.kernels.ops.MatrixBatch;
import java.util.Arrays;
import jcuda.cudaDataType;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasGemmAlgo;
import jcuda.jcublas.cublasOperation;

/**
 * Matrix products by cuBLAS, with sums in F32 for F16 and BF16. Arguments have been checked.
 *
 * <p>cuBLAS is column-major, so it reads our row-major [m, n] as the transpose [n, m]; cᵀ = op(b)ᵀ
 * op(a)ᵀ is the product that it computes, without copies.
 */
public final class Gemm {
  private final Gpu device;
  private final MatrixKernels kernels;
  private final ProductRounding rounding;

  /**
   * Products on a device.
   *
   * @param rounding what the factors of those of F32 may be rounded to, but INT8, which rounds by
   *     rows
   */
  public Gemm(Gpu device, MatrixKernels kernels, ProductRounding rounding) {
    this.device = device;
    this.kernels = kernels;
    this.rounding = rounding;
  }

  /** {@code c = alpha op(a) op(b) + beta c}. */
  public void run(
      boolean transA, boolean transB, double alpha, Matrix a, Matrix b, double beta, Matrix c) {
    if (c.rows() == 0 || c.cols() == 0) {
      return;
    }
    int k = transA ? a.rows() : a.cols();
    if (k == 0) {
      scale(c, beta);
      return;
    }
    CudaStream stream = device.stream();
    int type = dataType(c.dtype());
    synchronized (stream) {
      BlasHandle blas = stream.blas();
      checkBlas(
          JCublas2.cublasGemmEx_new(
              blas.get(),
              operation(transB),
              operation(transA),
              c.cols(),
              c.rows(),
              k,
              blas.alpha(alpha, c.dtype()),
              pointer(b),
              type,
              b.stride(),
              pointer(a),
              type,
              a.stride(),
              blas.beta(beta, c.dtype()),
              pointer(c),
              type,
              c.stride(),
              computeType(c.dtype()),
              cublasGemmAlgo.CUBLAS_GEMM_DEFAULT),
          describe("cublasGemmEx", c, k));
    }
  }

  /** The same for every matrix of batches. */
  public void run(
      boolean transA,
      boolean transB,
      double alpha,
      MatrixBatch a,
      MatrixBatch b,
      double beta,
      MatrixBatch c) {
    if (c.rows() == 0 || c.cols() == 0) {
      return;
    }
    int k = transA ? a.rows() : a.cols();
    if (k == 0) {
      for (int i = 0; i < c.count(); i++) {
        scale(c.get(i), beta);
      }
      return;
    }
    CudaStream stream = device.stream();
    int type = dataType(c.dtype());
    synchronized (stream) {
      BlasHandle blas = stream.blas();
      checkBlas(
          JCublas2.cublasGemmStridedBatchedEx_new(
              blas.get(),
              operation(transB),
              operation(transA),
              c.cols(),
              c.rows(),
              k,
              blas.alpha(alpha, c.dtype()),
              pointer(b.first()),
              type,
              b.first().stride(),
              b.step(),
              pointer(a.first()),
              type,
              a.first().stride(),
              a.step(),
              blas.beta(beta, c.dtype()),
              pointer(c.first()),
              type,
              c.first().stride(),
              c.step(),
              c.count(),
              computeType(c.dtype()),
              cublasGemmAlgo.CUBLAS_GEMM_DEFAULT),
          describe("cublasGemmStridedBatchedEx of " + c.count(), c.first(), k));
    }
  }

  /** An empty sum: {@code c = beta c}, where beta 0 ignores what c holds. */
  private void scale(Matrix c, double beta) {
    if (beta == 0) {
      long bytes = c.dtype().bytes();
      checkDriver(
          JCudaDriver.cuMemsetD2D8Async(
              pointer(c),
              c.stride() * bytes,
              (byte) 0,
              c.cols() * bytes,
              c.rows(),
              device.stream().handle()),
          "cuMemsetD2D8Async of " + c.rows() + " x " + c.cols());
    } else if (beta != 1) {
      double[] factors = new double[c.rows()];
      Arrays.fill(factors, beta);
      kernels.scaleRows(c, factors);
    }
  }

  private static DevicePointer pointer(Matrix matrix) {
    return new DevicePointer(CudaTensor.address(matrix));
  }

  private static int operation(boolean transposed) {
    return transposed ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N;
  }

  private static int dataType(DType dtype) {
    return switch (dtype) {
      case F64 -> cudaDataType.CUDA_R_64F;
      case F32 -> cudaDataType.CUDA_R_32F;
      case F16 -> cudaDataType.CUDA_R_16F;
      case BF16 -> cudaDataType.CUDA_R_16BF;
      case I32, I8, U8 -> throw new IllegalArgumentException("products of " + dtype);
    };
  }

  private int computeType(DType dtype) {
    return switch (dtype) {
      case F64 -> cublasComputeType.CUBLAS_COMPUTE_64F;
      case F32 ->
          switch (rounding) {
            case NONE -> cublasComputeType.CUBLAS_COMPUTE_32F;
            case TF32 -> cublasComputeType.CUBLAS_COMPUTE_32F_FAST_TF32;
            case F16 -> cublasComputeType.CUBLAS_COMPUTE_32F_FAST_16F;
            case BF16 -> cublasComputeType.CUBLAS_COMPUTE_32F_FAST_16BF;
            case INT8 -> throw new IllegalArgumentException("products rounded to " + rounding);
          };
      case F16, BF16 -> cublasComputeType.CUBLAS_COMPUTE_32F;
      case I32, I8, U8 -> throw new IllegalArgumentException("products of " + dtype);
    };
  }

  private static String describe(String call, Matrix c, int k) {
    return call + ", " + c.dtype() + " [" + c.rows() + ", " + k + "] x [" + k + ", " + c.cols()
        + "]";
  }
}
