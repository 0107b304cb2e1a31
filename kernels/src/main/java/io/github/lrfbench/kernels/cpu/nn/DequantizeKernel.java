package io.github.lrfbench.kernels.cpu.nn;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cpu.memory.CpuTensor;
import io.github.lrfbench.kernels.cpu.rows.RowMath;
import io.github.lrfbench.kernels.cpu.rows.RowPartition;
import io.github.lrfbench.kernels.cpu.rows.Rows;
import io.github.lrfbench.kernels.cpu.rows.Staging;
import io.github.lrfbench.kernels.host.Workers;
import java.nio.ByteBuffer;

/**
 * Expands integer codes to numbers. Arguments have been checked.
 *
 * @param <A> float[] or double[]
 */
final class DequantizeKernel<A> {
  private static final int LOW_HALF = 0xf;

  private final RowMath<A> math;
  private final Workers workers;

  DequantizeKernel(RowMath<A> math, Workers workers) {
    this.math = math;
    this.workers = workers;
  }

  /** {@code y[i, j] = scales[i, g] (codes[i, j] - zeros[i, g])} with g = j / group. */
  void run(Matrix codes, Tensor scales, Tensor zeros, int group, Matrix y) {
    int cols = y.cols();
    int groups = (int) ((cols - 1L + group) / group);
    boolean packed = codes.dtype() == DType.U8;
    ByteBuffer source = CpuTensor.of(codes).codeBuffer();
    Staging<A> output = math.stage(y);
    float[] factors = scales.toFloats();
    float[] origins = zeros == null ? new float[factors.length] : zeros.toFloats();
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
              unpack(stored, own);
            }
            for (int g = 0; g < groups; g++) {
              int start = g * group;
              int end = (int) Math.min(cols, (long) start + group);
              int at = i * groups + g;
              math.dequantize(own, start, end, factors[at], origins[at], row);
            }
            output.write(i, row, cols);
          }
        });
  }

  private static void unpack(byte[] pairs, byte[] codes) {
    for (int j = 0; j < codes.length; j++) {
      codes[j] = (byte) (pairs[j / 2] >> 4 * (j % 2) & LOW_HALF);
    }
  }
}
