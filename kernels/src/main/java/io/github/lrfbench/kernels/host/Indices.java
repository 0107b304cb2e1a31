package io.github.lrfbench.kernels.host;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Segments;
import java.util.function.Function;

/** Indices that kernels take from tensors, checked. */
public final class Indices {
  private final Arguments arguments;
  private final Function<Tensor, int[]> elements;

  /**
   * Checks for a device.
   *
   * @param elements gives the host the elements of an I32 tensor of the device
   */
  public Indices(Arguments arguments, Function<Tensor, int[]> elements) {
    this.arguments = arguments;
    this.elements = elements;
  }

  /** The elements of an I32 tensor of so many. */
  public int[] vector(String name, Tensor vector, int count) {
    arguments.requireVector(name, vector, count, DType.I32);
    return elements.apply(vector);
  }

  /**
   * The rows that a tensor names.
   *
   * @throws IndexOutOfBoundsException if the table has no such row
   */
  public int[] rows(String name, Tensor index, Matrix table, int count) {
    int[] rows = vector(name + " indices", index, count);
    for (int row : rows) {
      if (row < 0 || row >= table.rows()) {
        throw new IndexOutOfBoundsException(
            name + " index " + row + " is outside a table of " + table.rows() + " rows");
      }
    }
    return rows;
  }

  /**
   * The columns that a tensor names, one for each row, or -1 for none.
   *
   * @throws IndexOutOfBoundsException if the matrix has no such column
   */
  public int[] targets(Tensor targets, Matrix x) {
    int[] columns = vector("targets", targets, x.rows());
    for (int column : columns) {
      if (column < -1 || column >= x.cols()) {
        throw new IndexOutOfBoundsException(
            "target " + column + " is outside " + x.cols() + " columns");
      }
    }
    return columns;
  }

  /**
   * The columns that a tensor names, or -1 for none.
   *
   * @throws IndexOutOfBoundsException if the matrix has no such column
   */
  public int[] columns(Tensor index, Matrix x, int count) {
    int[] columns = vector("column indices", index, count);
    for (int column : columns) {
      if (column < -1 || column >= x.cols()) {
        throw new IndexOutOfBoundsException(
            "column index " + column + " is outside " + x.cols() + " columns");
      }
    }
    return columns;
  }

  /** The offsets of segments, which must cover so many rows. */
  public int[] offsets(Segments segments, int rows) {
    int count = segments.count();
    int[] offsets = vector("segments", segments.offsets(), Math.addExact(count, 1));
    boolean ascending = offsets[0] == 0 && offsets[count] == rows;
    for (int s = 0; s < count; s++) {
      ascending &= offsets[s] <= offsets[s + 1];
    }
    if (!ascending) {
      throw new IllegalArgumentException(
          "the offsets of " + count + " segments do not ascend from 0 to " + rows);
    }
    return offsets;
  }
}
