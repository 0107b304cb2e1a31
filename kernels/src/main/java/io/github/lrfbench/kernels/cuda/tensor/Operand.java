package io.github.lrfbench.kernels.cuda.tensor;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;

/**
 * A matrix as a kernel takes it.
 *
 * @param address of its first element, or 0 if there is no matrix
 * @param stride elements between the starts of two rows
 * @param rows number of rows
 * @param cols number of columns
 * @param elementBytes size of an element
 */
public record Operand(long address, long stride, int rows, int cols, int elementBytes) {
  /** Bytes that one access of a thread moves at best. */
  private static final int ACCESS_BYTES = 16;

  /** A matrix, or null for none. */
  public static Operand of(Matrix matrix) {
    return matrix == null
        ? new Operand(0, 0, 0, 0, ACCESS_BYTES)
        : new Operand(
            CudaTensor.address(matrix),
            matrix.stride(),
            matrix.rows(),
            matrix.cols(),
            matrix.dtype().bytes());
  }

  /** A vector as a matrix of one row, or null for none. */
  public static Operand of(Tensor vector) {
    if (vector == null) {
      return of((Matrix) null);
    }
    int size = Math.toIntExact(vector.shape().size());
    return of(new Matrix(vector, 0, 1, size, size));
  }

  /** Whether {@code count} elements can be moved at once wherever a row is cut into such pieces. */
  private boolean allows(int count) {
    int bytes = Math.min(ACCESS_BYTES, count * elementBytes);
    return address % bytes == 0
        && (rows <= 1 || stride * elementBytes % bytes == 0)
        && cols % count == 0;
  }

  /** Elements that fill an access if all operands allow that, else 1. */
  public static int vector(DType dtype, Operand... operands) {
    return vector(ACCESS_BYTES / dtype.bytes(), operands);
  }

  /** {@code count} if all operands can be moved by so many elements at once, else 1. */
  public static int vector(int count, Operand... operands) {
    for (Operand operand : operands) {
      if (!operand.allows(count)) {
        return 1;
      }
    }
    return count;
  }
}
