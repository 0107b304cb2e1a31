package io.github.lrfbench.kernels.cpu.nn;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cpu.memory.CpuTensor;
import io.github.lrfbench.kernels.cpu.rows.RowMath;
import io.github.lrfbench.kernels.cpu.rows.RowPartition;
import io.github.lrfbench.kernels.cpu.rows.Rows;
import io.github.lrfbench.kernels.cpu.rows.Staging;
import io.github.lrfbench.kernels.host.Workers;
import io.github.lrfbench.kernels.ops.Mask;
import java.nio.ByteBuffer;

/**
 * Matrices of which a mask says what is stored, row by row. Arguments have been checked.
 *
 * @param <A> float[] or double[]
 */
final class MaskKernels<A> {
  private final RowMath<A> math;
  private final Workers workers;

  MaskKernels(RowMath<A> math, Workers workers) {
    this.math = math;
    this.workers = workers;
  }

  /** What happens to a row, of which the set columns are known. */
  private interface Row<A> {
    void run(int row, int[] columns, int count, A whole, A stored);
  }

  /** {@code y[i, j]} is the next value where the mask's bit is set, 0 elsewhere. */
  void unmask(Mask mask, Tensor values, Matrix y) {
    Staging<A> source = stage(values);
    Staging<A> output = math.stage(y);
    forEach(
        mask,
        y,
        (row, columns, count, whole, stored) -> {
          source.readBlock(0, 1, mask.starts()[row], count, stored);
          math.fill(whole, 0, y.cols(), 0);
          for (int k = 0; k < count; k++) {
            math.put(whole, columns[k], math.at(stored, k));
          }
          output.write(row, whole, y.cols());
        });
  }

  /** Adds to every value what stands in its place in a matrix. */
  void addMasked(Matrix dy, Mask mask, Tensor dvalues) {
    Staging<A> input = math.stage(dy);
    Staging<A> target = stage(dvalues);
    forEach(
        mask,
        dy,
        (row, columns, count, whole, stored) -> {
          input.read(row, whole, dy.cols());
          target.readBlock(0, 1, mask.starts()[row], count, stored);
          for (int k = 0; k < count; k++) {
            math.put(stored, k, math.at(stored, k) + math.at(whole, columns[k]));
          }
          target.writeBlock(0, 1, mask.starts()[row], count, stored);
        });
  }

  private Staging<A> stage(Tensor values) {
    int size = Math.toIntExact(values.shape().size());
    return math.stage(new Matrix(values, 0, 1, size, size));
  }

  private void forEach(Mask mask, Matrix shape, Row<A> body) {
    ByteBuffer source = CpuTensor.of(mask.bits()).codeBuffer();
    RowPartition.forEach(
        workers,
        shape,
        (from, to) -> {
          byte[] bits = new byte[mask.bits().cols()];
          int[] columns = new int[shape.cols()];
          A whole = math.allocate(shape.cols());
          A stored = math.allocate(shape.cols());
          for (int i = from; i < to; i++) {
            source.get((int) Rows.start(mask.bits(), i), bits);
            body.run(i, columns, columns(bits, columns), whole, stored);
          }
        });
  }

  /** Finds the set columns of a row. */
  private static int columns(byte[] bits, int[] columns) {
    int count = 0;
    for (int j = 0; j < columns.length; j++) {
      if ((bits[j / Byte.SIZE] >> j % Byte.SIZE & 1) != 0) {
        columns[count++] = j;
      }
    }
    return count;
  }
}
