package io.github.lrfbench.kernels.cpu;

import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import java.util.Optional;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;

/**
 * The largest eigenpairs of a symmetric matrix: reduction to tridiagonal form (sytrd), the
 * tridiagonal eigenproblem in double precision, and the reflections applied to its vectors (ormtr).
 *
 * <p>LAPACK's drivers for a part of the spectrum (syevr, syevx) spend as long on the tridiagonal
 * problem as on the reduction; {@link TridiagonalEigen} is a few times faster. Where it has no
 * result, divide and conquer (stedc) computes the whole spectrum.
 */
final class SymmetricEigen {
  private static final byte UPPER = (byte) 'U';

  private SymmetricEigen() {}

  /**
   * The {@code count} largest eigenpairs.
   *
   * @param a [n, n], destroyed; the triangle on and below the diagonal is read
   * @param values [count], receives the eigenvalues in descending order
   * @param vectors [count, n], receives the eigenvectors as rows
   * @return LAPACK's info: 0 for success
   */
  static int largest(Matrix a, int count, Tensor values, Matrix vectors) {
    return a.dtype() == DType.F64
        ? largestF64(a, count, values, vectors)
        : largestF32(a, count, values, vectors);
  }

  private static int largestF64(Matrix a, int count, Tensor values, Matrix vectors) {
    int n = a.rows();
    DoublePointer matrix = CpuTensor.doubles(a);
    DoublePointer rows = CpuTensor.doubles(vectors);
    try (DoublePointer d = new DoublePointer(n);
        DoublePointer e = new DoublePointer(n);
        DoublePointer tau = new DoublePointer(n)) {
      int info = openblas.LAPACKE_dsytrd(LAPACK_COL_MAJOR, UPPER, n, matrix, a.stride(), d, e, tau);
      if (info != 0) {
        return info;
      }
      double[] diagonal = new double[n];
      double[] offDiagonal = new double[n - 1];
      d.get(diagonal);
      e.get(offDiagonal);
      info = tridiagonal(diagonal, offDiagonal, count, values, vectors);
      return info != 0
          ? info
          : openblas.LAPACKE_dormtr(
              LAPACK_COL_MAJOR,
              (byte) 'L',
              UPPER,
              (byte) 'N',
              n,
              count,
              matrix,
              a.stride(),
              tau,
              rows,
              vectors.stride());
    }
  }

  private static int largestF32(Matrix a, int count, Tensor values, Matrix vectors) {
    int n = a.rows();
    FloatPointer matrix = CpuTensor.floats(a);
    FloatPointer rows = CpuTensor.floats(vectors);
    try (FloatPointer d = new FloatPointer(n);
        FloatPointer e = new FloatPointer(n);
        FloatPointer tau = new FloatPointer(n)) {
      int info = openblas.LAPACKE_ssytrd(LAPACK_COL_MAJOR, UPPER, n, matrix, a.stride(), d, e, tau);
      if (info != 0) {
        return info;
      }
      double[] diagonal = new double[n];
      double[] offDiagonal = new double[n - 1];
      for (int i = 0; i < n; i++) {
        diagonal[i] = d.get(i);
      }
      for (int i = 0; i < n - 1; i++) {
        offDiagonal[i] = e.get(i);
      }
      info = tridiagonal(diagonal, offDiagonal, count, values, vectors);
      return info != 0
          ? info
          : openblas.LAPACKE_sormtr(
              LAPACK_COL_MAJOR,
              (byte) 'L',
              UPPER,
              (byte) 'N',
              n,
              count,
              matrix,
              a.stride(),
              tau,
              rows,
              vectors.stride());
    }
  }

  private static int tridiagonal(
      double[] diagonal, double[] offDiagonal, int count, Tensor values, Matrix vectors) {
    Optional<TridiagonalEigen.Pairs> pairs = TridiagonalEigen.largest(diagonal, offDiagonal, count);
    if (pairs.isEmpty()) {
      return divideAndConquer(diagonal, offDiagonal, count, values, vectors);
    }
    values.write(0, pairs.get().values(), 0, count);
    for (int j = 0; j < count; j++) {
      Rows.write(vectors, j, pairs.get().vectors()[j]);
    }
    return 0;
  }

  private static int divideAndConquer(
      double[] diagonal, double[] offDiagonal, int count, Tensor values, Matrix vectors) {
    int n = diagonal.length;
    try (DoublePointer d = new DoublePointer(n);
        DoublePointer e = new DoublePointer(n);
        DoublePointer all = new DoublePointer((long) n * n)) {
      d.put(diagonal);
      e.put(offDiagonal, 0, n - 1);
      int info = openblas.LAPACKE_dstedc(LAPACK_COL_MAJOR, (byte) 'I', n, d, e, all, n);
      double[] descending = new double[count];
      double[] row = new double[n];
      for (int j = 0; info == 0 && j < count; j++) {
        int ascending = n - 1 - j;
        descending[j] = d.get(ascending);
        all.position((long) ascending * n).get(row);
        Rows.write(vectors, j, row);
      }
      all.position(0);
      values.write(0, descending, 0, count);
      return info;
    }
  }
}
