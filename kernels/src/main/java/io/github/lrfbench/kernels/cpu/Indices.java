package io.github.lrfbench.kernels.cpu;

import static io.github.lrfbench.kernels.cpu.CpuTensor.ARGUMENTS;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Segments;

/** Indices that kernels read from tensors, checked. */
final class Indices {
  private Indices() {}

  /**
   * The rows that a tensor names.
   *
   * @throws IndexOutOfBoundsException if the table has no such row
   */
  static int[] rows(String name, Tensor index, Matrix table, int count) {
    ARGUMENTS.requireVector(name + " indices", index, count, DType.I32);
    int[] rows = index.toInts();
    for (int row : rows) {
      if (row < 0 || row >= table.rows()) {
        throw new IndexOutOfBoundsException(
            name + " index " + row + " is outside a table of " + table.rows() + " rows");
      }
    }
    return rows;
  }

  /** The offsets of segments, which must cover so many rows. */
  static int[] offsets(Segments segments, int rows) {
    int count = segments.count();
    ARGUMENTS.requireVector("segments", segments.offsets(), count + 1L, DType.I32);
    int[] offsets = segments.offsets().toInts();
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
