package io.github.lrfbench.kernels.cpu.blas;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasUpper;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cpu.memory.CpuTensor;
import io.github.lrfbench.kernels.cpu.memory.RawMemory;
import org.bytedeco.openblas.global.openblas_nolapack;

/** Row-major matrix products by OpenBLAS on the calling thread; nothing is checked. */
public final class Gemm {
  private Gemm() {}

  /** {@code c = alpha op(a) op(b) + beta c}. */
  public static void run(
      boolean transA, boolean transB, double alpha, Matrix a, Matrix b, double beta, Matrix c) {
    run(
        c.dtype(),
        transA,
        transB,
        c.rows(),
        c.cols(),
        transA ? a.rows() : a.cols(),
        alpha,
        CpuTensor.address(a),
        a.stride(),
        CpuTensor.address(b),
        b.stride(),
        beta,
        CpuTensor.address(c),
        c.stride());
  }

  /**
   * {@code c = alpha op(a) op(b) + beta c} with c [m, n] and k the inner dimension.
   *
   * @param dtype F32 or F64
   * @param a address of the first element
   * @param lda elements between the starts of two rows
   */
  public static void run(
      DType dtype,
      boolean transA,
      boolean transB,
      int m,
      int n,
      int k,
      double alpha,
      long a,
      int lda,
      long b,
      int ldb,
      double beta,
      long c,
      int ldc) {
    if (m == 0 || n == 0) {
      return;
    }
    if (k > 0 && m == 1) {
      int step = transA ? lda : 1;
      gemv(dtype, !transB, transB ? n : k, transB ? k : n, alpha, b, ldb, a, step, beta, c, 1);
      return;
    }
    if (k > 0 && n == 1) {
      int step = transB ? 1 : ldb;
      gemv(dtype, transA, transA ? k : m, transA ? m : k, alpha, a, lda, b, step, beta, c, ldc);
      return;
    }
    int ta = transA ? CblasTrans : CblasNoTrans;
    int tb = transB ? CblasTrans : CblasNoTrans;
    // An empty row has stride 0, which BLAS refuses.
    int strideA = Math.max(1, lda);
    int strideB = Math.max(1, ldb);
    if (dtype == DType.F64) {
      openblas_nolapack.cblas_dgemm(
          CblasRowMajor,
          ta,
          tb,
          m,
          n,
          k,
          alpha,
          RawMemory.doubles(a),
          strideA,
          RawMemory.doubles(b),
          strideB,
          beta,
          RawMemory.doubles(c),
          ldc);
    } else {
      openblas_nolapack.cblas_sgemm(
          CblasRowMajor,
          ta,
          tb,
          m,
          n,
          k,
          (float) alpha,
          RawMemory.floats(a),
          strideA,
          RawMemory.floats(b),
          strideB,
          (float) beta,
          RawMemory.floats(c),
          ldc);
    }
  }

  /**
   * The product of two vectors without gaps.
   *
   * @param dtype F32 or F64
   * @param x address of the first element
   */
  public static double dot(DType dtype, int n, long x, long y) {
    return dtype == DType.F64
        ? openblas_nolapack.cblas_ddot(n, RawMemory.doubles(x), 1, RawMemory.doubles(y), 1)
        : openblas_nolapack.cblas_sdot(n, RawMemory.floats(x), 1, RawMemory.floats(y), 1);
  }

  /**
   * {@code y = alpha op(a) x + beta y} with a [rows, cols]. Unlike a product of matrices it does
   * not pack a, which is read once: twice as fast where memory is what limits.
   *
   * @param stepX elements from one of x to the next
   */
  private static void gemv(
      DType dtype,
      boolean transA,
      int rows,
      int cols,
      double alpha,
      long a,
      int lda,
      long x,
      int stepX,
      double beta,
      long y,
      int stepY) {
    int ta = transA ? CblasTrans : CblasNoTrans;
    if (dtype == DType.F64) {
      openblas_nolapack.cblas_dgemv(
          CblasRowMajor,
          ta,
          rows,
          cols,
          alpha,
          RawMemory.doubles(a),
          lda,
          RawMemory.doubles(x),
          stepX,
          beta,
          RawMemory.doubles(y),
          stepY);
    } else {
      openblas_nolapack.cblas_sgemv(
          CblasRowMajor,
          ta,
          rows,
          cols,
          (float) alpha,
          RawMemory.floats(a),
          lda,
          RawMemory.floats(x),
          stepX,
          (float) beta,
          RawMemory.floats(y),
          stepY);
    }
  }

  /** The upper triangle of {@code c = op(a) op(a)ᵀ}; the rest of c is left as it is. */
  static void syrkUpper(boolean transA, Matrix a, Matrix c) {
    int n = c.rows();
    if (n == 0) {
      return;
    }
    int k = transA ? a.rows() : a.cols();
    int trans = transA ? CblasTrans : CblasNoTrans;
    int lda = Math.max(1, a.stride());
    if (c.dtype() == DType.F64) {
      openblas_nolapack.cblas_dsyrk(
          CblasRowMajor,
          CblasUpper,
          trans,
          n,
          k,
          1,
          CpuTensor.doubles(a),
          lda,
          0,
          CpuTensor.doubles(c),
          c.stride());
    } else {
      openblas_nolapack.cblas_ssyrk(
          CblasRowMajor,
          CblasUpper,
          trans,
          n,
          k,
          1,
          CpuTensor.floats(a),
          lda,
          0,
          CpuTensor.floats(c),
          c.stride());
    }
  }
}
