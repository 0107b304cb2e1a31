package io.github.lrfbench.kernels.cpu.rounded;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.ProductRounding;
import io.github.lrfbench.kernels.cpu.blas.Gemm;
import io.github.lrfbench.kernels.cpu.memory.Block;
import io.github.lrfbench.kernels.cpu.memory.RawMemory;
import io.github.lrfbench.kernels.cpu.rows.RowPartition;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.function.LongUnaryOperator;

/** Products of codes that are expanded to F32: what they lose shows, but they are not faster. */
public final class ExpandedProducts implements RoundedProducts {
  @Override
  public String name() {
    return "expanded";
  }

  @Override
  public boolean computes(ProductRounding rounding) {
    return true;
  }

  @Override
  public Weights weights(
      ProductRounding rounding,
      long codes,
      int stride,
      int inner,
      int cols,
      int strips,
      LongUnaryOperator memory) {
    long expanded = memory.applyAsLong((long) Float.BYTES * inner * cols);
    expand(rounding, codes, stride, inner, cols, expanded);
    return new Weights() {
      @Override
      public void multiply(long x, int xStride, int count, int strip, long y, int yStride) {
        int left = RowPartition.cut(cols, strip, strips);
        int right = RowPartition.cut(cols, strip + 1, strips);
        Block inputs = Block.allocate((long) Float.BYTES * count * inner);
        if (inputs == null) {
          throw new OutOfMemoryError("no memory to expand " + count + " rows of codes");
        }
        try {
          expand(rounding, x, xStride, count, inner, inputs.address());
          Gemm.run(
              DType.F32,
              false,
              false,
              count,
              right - left,
              inner,
              1,
              inputs.address(),
              inner,
              expanded + (long) Float.BYTES * left,
              cols,
              0,
              y,
              yStride);
        } finally {
          inputs.free();
        }
      }

      @Override
      public void close() {
        // All its memory was given to it.
      }
    };
  }

  private static void expand(
      ProductRounding rounding, long codes, int stride, int rows, int cols, long target) {
    int bytes = FloatCodes.bytes(rounding);
    ByteBuffer source = bytes(codes, (long) bytes * stride * rows);
    ShortBuffer halves = source.asShortBuffer();
    FloatBuffer numbers = bytes(target, (long) Float.BYTES * rows * cols).asFloatBuffer();
    float[] row = new float[cols];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        int at = i * stride + j;
        row[j] = bytes == 1 ? source.get(at) : Float.intBitsToFloat(halves.get(at) << Short.SIZE);
      }
      numbers.put(i * cols, row, 0, cols);
    }
  }

  private static ByteBuffer bytes(long address, long count) {
    return RawMemory.bytes(address, count).order(ByteOrder.nativeOrder());
  }
}
