package io.github.lrfbench.kernels.cpu.lapack;

import static io.github.lrfbench.kernels.cpu.memory.CpuTensor.ARGUMENTS;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cpu.blas.CpuBlas;
import io.github.lrfbench.kernels.cpu.memory.CpuTensor;
import io.github.lrfbench.kernels.cpu.rows.Rows;
import io.github.lrfbench.kernels.ops.Lapack;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;

/**
 * {@link Lapack} over LAPACK, on the calling thread.
 *
 * <p>LAPACK is column-major, so it reads our row-major [m, n] as the transpose [n, m]. Every
 * routine below is the one for that transpose, which spares copies: the SVD swaps U and V, QR
 * becomes LQ, lower becomes upper.
 */
public final class CpuLapack implements Lapack {
  private final CpuBlas blas;
  private final CholeskyBasis basis;

  /** Decompositions with these products. */
  public CpuLapack(CpuBlas blas) {
    this.blas = blas;
    basis = new CholeskyBasis(blas, this);
  }

  @Override
  public void svd(Matrix a, Tensor s, Matrix u, Matrix vt) {
    ARGUMENTS.requireOneType("svd", a, u, vt);
    int k = Math.min(a.rows(), a.cols());
    ARGUMENTS.requireShapes(u.rows() == a.rows() && u.cols() == k, "svd", a, u, vt);
    ARGUMENTS.requireShapes(vt.rows() == k && vt.cols() == a.cols(), "svd", a, u, vt);
    ARGUMENTS.requireVector("svd", s, k, a.dtype());
    if (k == 0) {
      return;
    }
    requireFinite(a, "svd");
    Matrix sigma = new Matrix(s, 0, 1, k, k);
    int info =
        a.dtype() == DType.F64
            ? openblas.LAPACKE_dgesdd(
                LAPACK_COL_MAJOR,
                (byte) 'S',
                a.cols(),
                a.rows(),
                CpuTensor.doubles(a),
                a.stride(),
                CpuTensor.doubles(sigma),
                CpuTensor.doubles(vt),
                vt.stride(),
                CpuTensor.doubles(u),
                u.stride())
            : openblas.LAPACKE_sgesdd(
                LAPACK_COL_MAJOR,
                (byte) 'S',
                a.cols(),
                a.rows(),
                CpuTensor.floats(a),
                a.stride(),
                CpuTensor.floats(sigma),
                CpuTensor.floats(vt),
                vt.stride(),
                CpuTensor.floats(u),
                u.stride());
    check(info, "gesdd", a);
  }

  @Override
  public void singularValues(Matrix a, Tensor s) {
    ARGUMENTS.requireFloating("singularValues", a);
    int k = Math.min(a.rows(), a.cols());
    ARGUMENTS.requireVector("singularValues", s, k, a.dtype());
    if (k == 0) {
      return;
    }
    requireFinite(a, "singularValues");
    Matrix sigma = new Matrix(s, 0, 1, k, k);
    int info =
        a.dtype() == DType.F64
            ? openblas.LAPACKE_dgesdd(
                LAPACK_COL_MAJOR,
                (byte) 'N',
                a.cols(),
                a.rows(),
                CpuTensor.doubles(a),
                a.stride(),
                CpuTensor.doubles(sigma),
                (DoublePointer) null,
                1,
                (DoublePointer) null,
                1)
            : openblas.LAPACKE_sgesdd(
                LAPACK_COL_MAJOR,
                (byte) 'N',
                a.cols(),
                a.rows(),
                CpuTensor.floats(a),
                a.stride(),
                CpuTensor.floats(sigma),
                (FloatPointer) null,
                1,
                (FloatPointer) null,
                1);
    check(info, "gesdd", a);
  }

  @Override
  public void largestEigenpairs(Matrix a, int count, Tensor values, Matrix vectors) {
    ARGUMENTS.requireOneType("largestEigenpairs", a, vectors);
    int n = a.rows();
    ARGUMENTS.requireShapes(
        a.cols() == n && count >= 1 && count <= n, "largestEigenpairs", a, vectors);
    ARGUMENTS.requireShapes(
        vectors.rows() == count && vectors.cols() == n, "largestEigenpairs", a, vectors);
    ARGUMENTS.requireVector("largestEigenpairs", values, count, a.dtype());
    requireFinite(a, "largestEigenpairs");
    check(SymmetricEigen.largest(a, count, values, vectors), "sytrd and stedc", a);
  }

  @Override
  public void orthonormalize(Matrix a) {
    ARGUMENTS.requireFloating("orthonormalize", a);
    int m = a.rows();
    int n = a.cols();
    ARGUMENTS.requireShapes(m >= n, "orthonormalize", a);
    if (n == 0) {
      return;
    }
    requireFinite(a, "orthonormalize");
    if (basis.orthonormalize(a)) {
      return;
    }
    if (a.dtype() == DType.F64) {
      try (DoublePointer tau = new DoublePointer(n)) {
        check(
            openblas.LAPACKE_dgelqf(LAPACK_COL_MAJOR, n, m, CpuTensor.doubles(a), a.stride(), tau),
            "gelqf",
            a);
        check(
            openblas.LAPACKE_dorglq(
                LAPACK_COL_MAJOR, n, m, n, CpuTensor.doubles(a), a.stride(), tau),
            "orglq",
            a);
      }
    } else {
      try (FloatPointer tau = new FloatPointer(n)) {
        check(
            openblas.LAPACKE_sgelqf(LAPACK_COL_MAJOR, n, m, CpuTensor.floats(a), a.stride(), tau),
            "gelqf",
            a);
        check(
            openblas.LAPACKE_sorglq(
                LAPACK_COL_MAJOR, n, m, n, CpuTensor.floats(a), a.stride(), tau),
            "orglq",
            a);
      }
    }
  }

  @Override
  public boolean cholesky(Matrix a) {
    ARGUMENTS.requireFloating("cholesky", a);
    int n = a.rows();
    ARGUMENTS.requireShapes(a.cols() == n, "cholesky", a);
    if (n == 0) {
      return true;
    }
    requireFinite(a, "cholesky");
    int info =
        a.dtype() == DType.F64
            ? openblas.LAPACKE_dpotrf(
                LAPACK_COL_MAJOR, (byte) 'U', n, CpuTensor.doubles(a), a.stride())
            : openblas.LAPACKE_spotrf(
                LAPACK_COL_MAJOR, (byte) 'U', n, CpuTensor.floats(a), a.stride());
    if (info > 0) {
      return false;
    }
    check(info, "potrf", a);
    double[] zeros = new double[n];
    for (int i = 0; i < n - 1; i++) {
      a.data().write(Rows.start(a, i) + i + 1, zeros, 0, n - 1 - i);
    }
    return true;
  }

  @Override
  public void solveLower(boolean transposed, Matrix l, Matrix b) {
    ARGUMENTS.requireOneType("solveLower", b, l);
    ARGUMENTS.requireShapes(l.rows() == l.cols() && b.rows() == l.rows(), "solveLower", l, b);
    if (b.rows() == 0 || b.cols() == 0) {
      return;
    }
    TriangularSolve.fromLeft(transposed, l, b);
  }

  private void requireFinite(Matrix a, String operation) {
    if (!blas.isFinite(a)) {
      throw new ArithmeticException(
          operation + ": the " + a.rows() + " x " + a.cols() + " matrix holds NaN or infinity");
    }
  }

  private static void check(int info, String routine, Matrix a) {
    if (info != 0) {
      throw new ArithmeticException(
          routine
              + " of a "
              + a.rows()
              + " x "
              + a.cols()
              + " matrix "
              + (info > 0 ? "did not converge" : "was called with a wrong argument")
              + " (info "
              + info
              + ")");
    }
  }
}
