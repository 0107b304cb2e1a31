package io.github.lrfbench.kernels.cpu.nn;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cpu.blas.Gemm;
import io.github.lrfbench.kernels.cpu.memory.Block;
import io.github.lrfbench.kernels.cpu.memory.BlockPool;
import io.github.lrfbench.kernels.cpu.memory.CpuTensor;
import io.github.lrfbench.kernels.cpu.rows.FloatRowMath;
import io.github.lrfbench.kernels.cpu.rows.RowPartition;
import io.github.lrfbench.kernels.cpu.rows.Rows;
import io.github.lrfbench.kernels.cpu.rows.Staging;
import io.github.lrfbench.kernels.host.Workers;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.BitSet;

/**
 * The K columns of inputs x [T, I] that are too large to be rounded: their numbers [T, K], and the
 * weights [K, O] that these are multiplied by in single precision.
 */
final class OutlierColumns implements AutoCloseable {
  private final int[] columns;
  private final Workers workers;
  private final BlockPool pool;
  private final Block inputs;
  private final FloatBuffer values;
  private Block weights;
  private int outputs;

  private OutlierColumns(int[] columns, int rows, Workers workers, BlockPool pool) {
    this.columns = columns;
    this.workers = workers;
    this.pool = pool;
    inputs = pool.take((long) Float.BYTES * rows * columns.length);
    values = inputs.buffer().asFloatBuffer();
  }

  /**
   * Looks for them.
   *
   * @param threshold what the magnitude of an outlier reaches in any row; 0 for none
   * @return null if there are none
   */
  static OutlierColumns find(Matrix x, float threshold, Workers workers, BlockPool pool) {
    if (threshold == 0) {
      return null;
    }
    int cols = x.cols();
    Staging<float[]> rows = FloatRowMath.INSTANCE.stage(x);
    BitSet found = new BitSet(cols);
    RowPartition.forEach(
        workers,
        x,
        (from, to) -> {
          float[] row = new float[cols];
          BitSet own = new BitSet(cols);
          for (int i = from; i < to; i++) {
            rows.read(i, row, cols);
            for (int j = 0; j < cols; j++) {
              if (Math.abs(row[j]) >= threshold) {
                own.set(j);
              }
            }
          }
          synchronized (found) {
            found.or(own);
          }
        });
    int[] columns = found.stream().toArray();
    return columns.length == 0 ? null : new OutlierColumns(columns, x.rows(), workers, pool);
  }

  /** Takes those of a row, of which zeros stay. */
  void take(int index, float[] row) {
    float[] own = new float[columns.length];
    for (int k = 0; k < own.length; k++) {
      own[k] = row[columns[k]];
      row[columns[k]] = 0;
    }
    values.put(index * own.length, own);
  }

  /**
   * Writes the weights that they are multiplied by.
   *
   * @param codes I8 [O, I]
   * @param scales of O outputs
   */
  void expand(Matrix codes, float[] scales) {
    outputs = codes.rows();
    weights = pool.take((long) Float.BYTES * columns.length * outputs);
    FloatBuffer target = weights.buffer().asFloatBuffer();
    ByteBuffer source = CpuTensor.of(codes).codeBuffer();
    workers.forEach(
        columns.length,
        k -> {
          float[] own = new float[outputs];
          for (int j = 0; j < outputs; j++) {
            own[j] = scales[j] * source.get((int) Rows.start(codes, j) + columns[k]);
          }
          target.put(k * outputs, own);
        });
  }

  /**
   * {@code y += x w} for a part of y.
   *
   * @param y address of the part's first element
   */
  void addProduct(int top, int bottom, int left, int right, long y, int stride) {
    Gemm.run(
        DType.F32,
        false,
        false,
        bottom - top,
        right - left,
        columns.length,
        1,
        inputs.address() + (long) Float.BYTES * top * columns.length,
        columns.length,
        weights.address() + (long) Float.BYTES * left,
        outputs,
        1,
        y,
        stride);
  }

  @Override
  public void close() {
    pool.give(inputs);
    if (weights != null) {
      pool.give(weights);
    }
  }
}
