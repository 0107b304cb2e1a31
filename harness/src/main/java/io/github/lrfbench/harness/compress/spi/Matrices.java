package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Blas;

/** Steps that computations with matrices are made of. All results belong to the given scope. */
public final class Matrices {
  /** Narrower blocks are multiplied more slowly than they save. */
  private static final int CONGRUENCE_BLOCK = 384;

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
  public static Matrix copy(Matrix x, DType dtype, Scope scope) {
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

  /**
   * r c rᵀ for a symmetric c, as p + pᵀ with p = r b rᵀ and b + bᵀ = c: b has the blocks of c below
   * its diagonal, and half of those on it, so that of r c little more than half is computed.
   *
   * @param r F64 [m, n], not modified
   * @param c F64 [n, n], not modified
   * @return [m, m], symmetric to the last digit
   */
  public static Matrix congruence(Matrix r, Matrix c, Scope scope) {
    Blas blas = scope.device().blas();
    int n = c.rows();
    int blocks = Math.max(1, n / CONGRUENCE_BLOCK);
    try (Scope scratch = scope.device().openScope()) {
      Matrix images = allocate(scratch, r.rows(), n);
      for (int block = 0; block < blocks; block++) {
        int left = (int) ((long) n * block / blocks);
        int right = (int) ((long) n * (block + 1) / blocks);
        Matrix strip = c.columns(left, right);
        Matrix target = images.columns(left, right);
        blas.gemm(false, false, 0.5, r.columns(left, right), strip.rows(left, right), 0, target);
        if (right < n) {
          blas.gemm(false, false, 1, r.columns(right, n), strip.rows(right, n), 1, target);
        }
      }
      Matrix half = product(false, images, true, r, scratch);
      Matrix whole = transpose(half, scope);
      scope.device().gradients().addScaled(1, half, whole);
      return whole;
    }
  }

  /** Σ over i and j of x and y, both F64 [m, n], multiplied element by element. */
  public static double innerProduct(Matrix x, Matrix y) {
    try (Scope scratch = x.device().openScope()) {
      Matrix sum = allocate(scratch, 1, 1);
      x.device().blas().gemm(false, true, 1, row(x, scratch), row(y, scratch), 0, sum);
      return sum.data().toDoubles()[0];
    }
  }

  /** All elements as one row; copied where they do not lie one after the other. */
  private static Matrix row(Matrix x, Scope scratch) {
    Matrix packed = x.rows() == 1 || x.stride() == x.cols() ? x : toDouble(x, scratch);
    int size = Math.multiplyExact(x.rows(), x.cols());
    return new Matrix(packed.data(), packed.offset(), 1, size, size);
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
