package io.github.lrfbench.harness.compress.factor;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;

/** Steps that computations with matrices are made of. All results belong to the given scope. */
public final class Matrices {
  private Matrices() {}

  /** An F64 matrix with undefined contents. */
  public static Matrix allocate(Scope scope, int rows, int cols) {
    return Matrix.of(scope.allocate(DType.F64, rows, cols));
  }

  /** A copy in double precision. */
  public static Matrix toDouble(Matrix x, Scope scope) {
    return copy(x, DType.F64, scope);
  }

  /** A copy in a type. */
  static Matrix copy(Matrix x, DType dtype, Scope scope) {
    Matrix copy = Matrix.of(scope.allocate(dtype, x.rows(), x.cols()));
    scope.device().blas().copy(x, copy);
    return copy;
  }

  /** xᵀ. */
  public static Matrix transpose(Matrix x, Scope scope) {
    Matrix transposed = Matrix.of(scope.allocate(x.dtype(), x.cols(), x.rows()));
    scope.device().blas().transpose(x, transposed);
    return transposed;
  }

  /** op(a) op(b), op being the transpose where the flag is set. */
  public static Matrix product(boolean transA, Matrix a, boolean transB, Matrix b, Scope scope) {
    Matrix product =
        Matrix.of(
            scope.allocate(a.dtype(), transA ? a.cols() : a.rows(), transB ? b.rows() : b.cols()));
    scope.device().blas().gemm(transA, transB, 1, a, b, 0, product);
    return product;
  }

  /** Σ over i and j of x and y, both [m, n], multiplied element by element. */
  public static double innerProduct(Matrix x, Matrix y) {
    double[] sums = new double[x.rows()];
    int parts = Math.min(x.rows(), x.device().threads());
    x.device()
        .forEach(
            parts,
            part -> {
              double[] left = new double[x.cols()];
              double[] right = new double[x.cols()];
              for (int i = part; i < x.rows(); i += parts) {
                x.data().read(x.offset() + (long) i * x.stride(), left, 0, left.length);
                y.data().read(y.offset() + (long) i * y.stride(), right, 0, right.length);
                for (int j = 0; j < left.length; j++) {
                  sums[i] += left[j] * right[j];
                }
              }
            });
    return Arrays.stream(sums).sum();
  }

  /** The diagonal of a square matrix. */
  public static double[] diagonal(Matrix x) {
    double[] diagonal = new double[x.rows()];
    for (int i = 0; i < diagonal.length; i++) {
      x.data().read(x.offset() + (long) i * x.stride() + i, diagonal, i, 1);
    }
    return diagonal;
  }

  /** Adds a number to every element of a square matrix's diagonal. */
  public static void addToDiagonal(Matrix x, double value) {
    double[] diagonal = diagonal(x);
    for (int i = 0; i < diagonal.length; i++) {
      diagonal[i] += value;
      x.data().write(x.offset() + (long) i * x.stride() + i, diagonal, i, 1);
    }
  }
}
