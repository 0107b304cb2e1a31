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
import java.util.stream.IntStream;

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
    Staging<float[]> rows = FloatRowMath.INSTANCE.stage(x);
    float[] largest = new float[x.cols()];
    RowPartition.forEach(
        workers,
        x,
        (from, to) -> {
          float[] row = new float[largest.length];
          float[] own = new float[largest.length];
          for (int i = from; i < to; i++) {
            rows.read(i, row, row.length);
            for (int j = 0; j < own.length; j++) {
              own[j] = Math.max(own[j], Math.abs(row[j]));
            }
          }
          synchronized (largest) {
            FloatRowMath.INSTANCE.max(largest, own, own.length);
          }
        });
    int[] columns =
        IntStream.range(0, largest.length)
            .filter(
                j ->
                    Float.isNaN(largest[j])
                        ? reaches(rows, x.rows(), j, threshold)
                        : largest[j] >= threshold)
            .toArray();
    return columns.length == 0 ? null : new OutlierColumns(columns, x.rows(), workers, pool);
  }

  /** Whether a number of a column that has NaN reaches the threshold. */
  private static boolean reaches(Staging<float[]> x, int rows, int col, float threshold) {
    float[] number = new float[1];
    return IntStream.range(0, rows)
        .anyMatch(
            i -> {
              x.readBlock(i, 1, col, 1, number);
              return Math.abs(number[0]) >= threshold;
            });
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
