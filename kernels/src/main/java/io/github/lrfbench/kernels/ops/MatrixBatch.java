package io.github.lrfbench.kernels.ops;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;

/**
 * Matrices of one shape at equal distances: matrix b begins {@code b * step} elements after the
 * first.
 *
 * @param first the first matrix
 * @param count number of matrices, at least 1
 * @param step elements between the starts of two matrices; they do not overlap
 */
public record MatrixBatch(Matrix first, int count, long step) {
  /**
   * Checks that all matrices lie inside the tensor.
   *
   * @throws IndexOutOfBoundsException if they do not
   */
  public MatrixBatch {
    long end = first.offset() + (count - 1) * step;
    new Matrix(first.data(), end, first.rows(), first.cols(), first.stride());
    long span = first.rows() == 0 ? 0 : (first.rows() - 1L) * first.stride() + first.cols();
    if (count < 1 || count > 1 && step < span) {
      throw new IllegalArgumentException(
          count + " matrices at a distance of " + step + " elements overlap");
    }
  }

  /** New matrices, one after the other without gaps, with undefined contents. */
  public static MatrixBatch allocate(Scope scope, DType dtype, int count, int rows, int cols) {
    Tensor tensor = scope.allocate(dtype, count, rows, cols);
    return new MatrixBatch(new Matrix(tensor, 0, rows, cols, cols), count, (long) rows * cols);
  }

  /** Matrix number {@code index}. */
  public Matrix get(int index) {
    return new Matrix(first.data(), first.offset() + index * step, rows(), cols(), first.stride());
  }

  /** Matrices {@code [from, to)}. */
  public MatrixBatch slice(int from, int to) {
    return new MatrixBatch(get(from), to - from, step);
  }

  /** Rows {@code [from, to)} of every matrix. */
  public MatrixBatch rows(int from, int to) {
    return new MatrixBatch(first.rows(from, to), count, step);
  }

  /** Columns {@code [from, to)} of every matrix. */
  public MatrixBatch columns(int from, int to) {
    return new MatrixBatch(first.columns(from, to), count, step);
  }

  /** All rows of all matrices as one matrix, if they follow each other at one distance. */
  public Matrix stacked() {
    if (count > 1 && step != (long) rows() * first.stride()) {
      throw new IllegalStateException("the matrices do not lie close to each other");
    }
    return new Matrix(
        first.data(), first.offset(), Math.multiplyExact(count, rows()), cols(), first.stride());
  }

  /** Rows of each matrix. */
  public int rows() {
    return first.rows();
  }

  /** Columns of each matrix. */
  public int cols() {
    return first.cols();
  }

  /** The element type. */
  public DType dtype() {
    return first.dtype();
  }
}
