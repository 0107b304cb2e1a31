package io.github.lrfbench.kernels.cpu.blas;

import io.github.lrfbench.kernels.cpu.memory.Block;
import java.nio.FloatBuffer;
import java.util.SplittableRandom;

/** Multiplies by {@link PackedKernels} once, as another build of OpenBLAS may have other ones. */
final class PackedProductCheck {
  private PackedProductCheck() {}

  /**
   * Whether a product of odd sizes, in two blocks of depth and two of columns, is as it must be.
   */
  static boolean isRight(boolean transW) {
    int rows = 7;
    int cols = PackedKernels.COLUMNS + 13;
    int inner = PackedKernels.DEPTH + 9;
    float[] x = random(rows * inner);
    float[] w = random(inner * cols);
    try (TestBlock xs = new TestBlock(x.length);
        TestBlock ws = new TestBlock(w.length);
        TestBlock packed = new TestBlock(w.length);
        TestBlock scratch = new TestBlock(rows * inner);
        TestBlock ys = new TestBlock(rows * cols)) {
      xs.floats().put(0, x);
      ws.floats().put(0, w);
      ys.floats().put(0, new float[rows * cols]);
      int stride = transW ? inner : cols;
      PackedKernels.pack(transW, ws.address(), stride, inner, cols, packed.address());
      PackedKernels.addProduct(
          xs.address(),
          inner,
          rows,
          inner,
          packed.address(),
          cols,
          0,
          cols,
          ys.address(),
          cols,
          scratch.address());
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < cols; j++) {
          double expected = 0;
          for (int k = 0; k < inner; k++) {
            expected += (double) x[i * inner + k] * w[transW ? j * inner + k : k * cols + j];
          }
          // Also false for NaN.
          if (!(Math.abs(ys.floats().get(i * cols + j) - expected) < 1e-3)) {
            return false;
          }
        }
      }
      return true;
    }
  }

  private static float[] random(int length) {
    SplittableRandom random = new SplittableRandom(length);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextDouble() - 0.5f;
    }
    return values;
  }

  /** Memory for a test. */
  private static final class TestBlock implements AutoCloseable {
    private final Block block;

    TestBlock(int length) {
      block = Block.allocate((long) Float.BYTES * length);
    }

    long address() {
      return block.address();
    }

    FloatBuffer floats() {
      return block.buffer().asFloatBuffer();
    }

    @Override
    public void close() {
      block.free();
    }
  }
}
