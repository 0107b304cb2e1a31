package io.github.lrfbench.kernels.cpu.rows;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cpu.memory.Block;
import io.github.lrfbench.kernels.cpu.memory.CpuTensor;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;

/**
 * Moves blocks of a matrix between native memory and Java arrays, on which the JVM vectorizes
 * loops. Several threads may use one.
 *
 * @param <A> float[] or double[]
 */
public abstract class Staging<A> {
  private final long offset;
  private final int stride;

  private Staging(long offset, int stride) {
    this.offset = offset;
    this.stride = stride;
  }

  abstract void get(int index, A target, int at, int count);

  abstract void put(int index, A source, int at, int count);

  /** Copies the first {@code count} elements of a row to {@code target[0...]}. */
  public final void read(int row, A target, int count) {
    get(index(row, 0), target, 0, count);
  }

  /** Copies {@code source[0...]} to the first {@code count} elements of a row. */
  public final void write(int row, A source, int count) {
    put(index(row, 0), source, 0, count);
  }

  /** Packs rows from {@code row} and columns from {@code col} on into {@code target[0...]}. */
  public final void readBlock(int row, int rows, int col, int cols, A target) {
    if (cols == stride) {
      get(index(row, col), target, 0, rows * cols);
    } else {
      for (int i = 0; i < rows; i++) {
        get(index(row + i, col), target, i * cols, cols);
      }
    }
  }

  /** The reverse of {@link #readBlock}. */
  public final void writeBlock(int row, int rows, int col, int cols, A source) {
    if (cols == stride) {
      put(index(row, col), source, 0, rows * cols);
    } else {
      for (int i = 0; i < rows; i++) {
        put(index(row + i, col), source, i * cols, cols);
      }
    }
  }

  /** Copies {@code source[col...]} into columns {@code [col, col + cols)} of all those rows. */
  public final void fillRows(int row, int rows, int col, int cols, A source) {
    for (int i = 0; i < rows; i++) {
      put(index(row + i, col), source, col, cols);
    }
  }

  private int index(int row, int col) {
    return (int) (offset + (long) row * stride + col);
  }

  /** F32 matrices. */
  static final class Floats extends Staging<float[]> {
    private final FloatBuffer buffer;

    Floats(Matrix matrix) {
      super(matrix.offset(), matrix.stride());
      buffer = CpuTensor.of(matrix).floatBuffer();
    }

    Floats(Block block, int stride) {
      super(0, stride);
      buffer = block.buffer().asFloatBuffer();
    }

    @Override
    void get(int index, float[] target, int at, int count) {
      buffer.get(index, target, at, count);
    }

    @Override
    void put(int index, float[] source, int at, int count) {
      buffer.put(index, source, at, count);
    }
  }

  /** F64 matrices. */
  static final class Doubles extends Staging<double[]> {
    private final DoubleBuffer buffer;

    Doubles(Matrix matrix) {
      super(matrix.offset(), matrix.stride());
      buffer = CpuTensor.of(matrix).doubleBuffer();
    }

    Doubles(Block block, int stride) {
      super(0, stride);
      buffer = block.buffer().asDoubleBuffer();
    }

    @Override
    void get(int index, double[] target, int at, int count) {
      buffer.get(index, target, at, count);
    }

    @Override
    void put(int index, double[] source, int at, int count) {
      buffer.put(index, source, at, count);
    }
  }

  /** F32 matrices as rows of doubles. */
  static final class WidenedFloats extends Staging<double[]> {
    private final FloatBuffer buffer;

    WidenedFloats(Matrix matrix) {
      super(matrix.offset(), matrix.stride());
      buffer = CpuTensor.of(matrix).floatBuffer();
    }

    @Override
    void get(int index, double[] target, int at, int count) {
      for (int i = 0; i < count; i++) {
        target[at + i] = buffer.get(index + i);
      }
    }

    @Override
    void put(int index, double[] source, int at, int count) {
      for (int i = 0; i < count; i++) {
        buffer.put(index + i, (float) source[at + i]);
      }
    }
  }
}
