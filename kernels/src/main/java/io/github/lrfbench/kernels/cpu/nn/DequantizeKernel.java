package io.github.lrfbench.kernels.cpu.nn;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cpu.memory.CpuTensor;
import io.github.lrfbench.kernels.cpu.rows.RowMath;
import io.github.lrfbench.kernels.cpu.rows.RowPartition;
import io.github.lrfbench.kernels.cpu.rows.Rows;
import io.github.lrfbench.kernels.cpu.rows.Staging;
import io.github.lrfbench.kernels.host.Workers;
import io.github.lrfbench.kernels.ops.CodePacking;
import java.nio.ByteBuffer;

/**
 * Expands integer codes to numbers. Arguments have been checked.
 *
 * @param <A> float[] or double[]
 */
final class DequantizeKernel<A> {
  private final RowMath<A> math;
  private final Workers workers;

  DequantizeKernel(RowMath<A> math, Workers workers) {
    this.math = math;
    this.workers = workers;
  }

  /** {@code y[i, j] = scales[i, g] (codes[i, j] - zeros[i, g])} with g = j / group. */
  void run(Matrix codes, int bits, Tensor scales, Tensor zeros, int group, Matrix y) {
    int cols = y.cols();
    int groups = (int) ((cols - 1L + group) / group);
    boolean packed = bits < Byte.SIZE;
    ByteBuffer source = CpuTensor.of(codes).codeBuffer();
    Staging<A> output = math.stage(y);
    float[] factors = scales.toFloats();
    int constants = factors.length == 1 ? 0 : groups;
    float middle = packed ? 1 << bits - 1 : 0;
    float[] origins = zeros == null ? null : zeros.toFloats();
    RowPartition.forEach(
        workers,
        y,
        (from, to) -> {
          A row = math.allocate(cols);
          byte[] stored = new byte[codes.cols()];
          byte[] own = packed ? new byte[cols] : stored;
          for (int i = from; i < to; i++) {
            source.get((int) Rows.start(codes, i), stored);
            if (packed) {
              CodePacking.unpackRow(stored, 0, bits, own, 0, cols);
            }
            for (int g = 0; g < groups; g++) {
              int start = g * group;
              int end = (int) Math.min(cols, (long) start + group);
              int at = i * constants + g;
              float origin = origins == null ? middle : origins[at];
              math.dequantize(own, start, end, factors[at], origin, row);
            }
            output.write(i, row, cols);
          }
        });
  }

  /** {@code y[i, j] = tables[i / rows, codes[i, j]]}. */
  void lookUp(Matrix codes, int bits, Tensor tables, int rows, Matrix y) {
    int cols = y.cols();
    ByteBuffer source = CpuTensor.of(codes).codeBuffer();
    Staging<A> output = math.stage(y);
    float[] numbers = tables.toFloats();
    RowPartition.forEach(
        workers,
        y,
        (from, to) -> {
          A row = math.allocate(cols);
          byte[] stored = new byte[codes.cols()];
          byte[] own = new byte[cols];
          for (int i = from; i < to; i++) {
            source.get((int) Rows.start(codes, i), stored);
            CodePacking.unpackRow(stored, 0, bits, own, 0, cols);
            int table = i / rows << bits;
            for (int j = 0; j < cols; j++) {
              math.put(row, j, numbers[table + (own[j] & 0xff)]);
            }
            output.write(i, row, cols);
          }
        });
  }
}
