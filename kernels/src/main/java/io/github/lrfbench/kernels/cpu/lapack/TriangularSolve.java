package io.github.lrfbench.kernels.cpu.lapack;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasLeft;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasLower;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasNonUnit;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRight;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cpu.memory.CpuTensor;
import org.bytedeco.openblas.global.openblas_nolapack;

/** Triangular systems solved in place by OpenBLAS on the calling thread; nothing is checked. */
final class TriangularSolve {
  private TriangularSolve() {}

  /** {@code b = op(l)⁻¹ b}, with l lower triangular. */
  static void fromLeft(boolean transposed, Matrix l, Matrix b) {
    run(CblasLeft, transposed, l, b);
  }

  /** {@code b = b op(l)⁻¹}, with l lower triangular. */
  static void fromRight(boolean transposed, Matrix l, Matrix b) {
    run(CblasRight, transposed, l, b);
  }

  private static void run(int side, boolean transposed, Matrix l, Matrix b) {
    int trans = transposed ? CblasTrans : CblasNoTrans;
    if (b.dtype() == DType.F64) {
      openblas_nolapack.cblas_dtrsm(
          CblasRowMajor,
          side,
          CblasLower,
          trans,
          CblasNonUnit,
          b.rows(),
          b.cols(),
          1,
          CpuTensor.doubles(l),
          l.stride(),
          CpuTensor.doubles(b),
          b.stride());
    } else {
      openblas_nolapack.cblas_strsm(
          CblasRowMajor,
          side,
          CblasLower,
          trans,
          CblasNonUnit,
          b.rows(),
          b.cols(),
          1,
          CpuTensor.floats(l),
          l.stride(),
          CpuTensor.floats(b),
          b.stride());
    }
  }
}
