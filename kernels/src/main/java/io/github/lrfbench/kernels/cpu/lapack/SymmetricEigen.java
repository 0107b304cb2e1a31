package io.github.lrfbench.kernels.cpu.lapack;

import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cpu.memory.CpuTensor;
import io.github.lrfbench.kernels.cpu.rows.Rows;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.openblas.global.openblas;

/**
 * The largest eigenpairs of a symmetric matrix: reduction to tridiagonal form (sytrd), the
 * tridiagonal eigenproblem in double precision, and the {@link Reflections} applied to its vectors.
 *
 * <p>LAPACK's drivers for a part of the spectrum (syevr, syevx) spend longer on the tridiagonal
 * problem and the reflections than on the reduction; {@link TridiagonalEigen} is a few times
 * faster. Where it has no result, divide and conquer (stedc) computes the whole spectrum.
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
    int n = a.rows();
    try (Scope work = a.device().openScope()) {
      Matrix diagonal = Matrix.of(work.allocate(a.dtype(), 1, n));
      Matrix offDiagonal = Matrix.of(work.allocate(a.dtype(), 1, n));
      Matrix tau = Matrix.of(work.allocate(a.dtype(), 1, n));
      int info = reduce(a, diagonal, offDiagonal, tau);
      if (info == 0) {
        double[] d = diagonal.data().toDoubles();
        double[] e = Arrays.copyOf(offDiagonal.data().toDoubles(), n - 1);
        info = tridiagonal(d, e, count, values, vectors);
      }
      if (info == 0) {
        Reflections.apply(a, tau.data().toDoubles(), vectors);
      }
      return info;
    }
  }

  private static int reduce(Matrix a, Matrix diagonal, Matrix offDiagonal, Matrix tau) {
    return a.dtype() == DType.F64
        ? openblas.LAPACKE_dsytrd(
            LAPACK_COL_MAJOR,
            UPPER,
            a.rows(),
            CpuTensor.doubles(a),
            a.stride(),
            CpuTensor.doubles(diagonal),
            CpuTensor.doubles(offDiagonal),
            CpuTensor.doubles(tau))
        : openblas.LAPACKE_ssytrd(
            LAPACK_COL_MAJOR,
            UPPER,
            a.rows(),
            CpuTensor.floats(a),
            a.stride(),
            CpuTensor.floats(diagonal),
            CpuTensor.floats(offDiagonal),
            CpuTensor.floats(tau));
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
