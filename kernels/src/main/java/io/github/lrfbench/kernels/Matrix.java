package io.github.lrfbench.kernels;

/**
 * A view of a tensor as a matrix: element (i, j) is element {@code offset + i * stride + j} of the
 * tensor.
 *
 * @param data the tensor that holds the elements
 * @param offset first element
 * @param rows number of rows
 * @param cols number of columns
 * @param stride elements between the starts of two rows, at least {@code cols}
 */
public record Matrix(Tensor data, long offset, int rows, int cols, int stride) {
  /**
   * Checks that the view lies inside the tensor.
   *
   * @throws IndexOutOfBoundsException if it does not
   */
  public Matrix {
    boolean empty = rows == 0 || cols == 0;
    long end = empty ? offset : offset + (long) (rows - 1) * stride + cols;
    if (rows < 0 || cols < 0 || offset < 0 || stride < cols || end > data.shape().size()) {
      throw new IndexOutOfBoundsException(
          "matrix of "
              + rows
              + " x "
              + cols
              + " with stride "
              + stride
              + " at "
              + offset
              + " does not fit in a tensor of shape "
              + data.shape());
    }
  }

  /** A tensor of two or more dimensions as a matrix whose rows are its last dimension. */
  public static Matrix of(Tensor tensor) {
    int cols = Math.toIntExact(tensor.shape().dim(-1));
    long rows = cols == 0 ? tensor.shape().dim(0) : tensor.shape().size() / cols;
    return new Matrix(tensor, 0, Math.toIntExact(rows), cols, cols);
  }

  /** Rows {@code [from, to)}. */
  public Matrix rows(int from, int to) {
    return new Matrix(data, offset + (long) from * stride, to - from, cols, stride);
  }

  /** Columns {@code [from, to)}. */
  public Matrix columns(int from, int to) {
    return new Matrix(data, offset + from, rows, to - from, stride);
  }

  /**
   * The same elements in rows of another length, such as [T, N K] as [T N, K].
   *
   * @throws IllegalArgumentException if there are gaps between the rows, or the sizes differ
   */
  public Matrix reshape(int rows, int cols) {
    if (!isContiguous() || (long) rows * cols != (long) this.rows * this.cols) {
      throw new IllegalArgumentException(
          "cannot take "
              + this.rows
              + " x "
              + this.cols
              + " with stride "
              + stride
              + " as "
              + rows
              + " x "
              + cols);
    }
    return new Matrix(data, offset, rows, cols, cols);
  }

  /** The element type. */
  public DType dtype() {
    return data.dtype();
  }

  /** The device that holds the elements. */
  public Device device() {
    return data.device();
  }

  /** True if the rows follow each other without gaps. */
  public boolean isContiguous() {
    return stride == cols || rows <= 1;
  }
}
