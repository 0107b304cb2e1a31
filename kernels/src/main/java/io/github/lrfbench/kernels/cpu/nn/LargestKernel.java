package io.github.lrfbench.kernels.cpu.nn;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cpu.blas.Gemm;
import io.github.lrfbench.kernels.cpu.memory.CpuTensor;
import io.github.lrfbench.kernels.cpu.rows.RowMath;
import io.github.lrfbench.kernels.cpu.rows.Staging;
import io.github.lrfbench.kernels.host.Workers;

/**
 * Adds products to the largest elements of rows. Arguments have been checked.
 *
 * @param <A> float[] or double[]
 */
final class LargestKernel<A> {
  /** Products of one task: some ten microseconds. */
  private static final int TASK_PRODUCTS = 64;

  private final RowMath<A> math;
  private final Workers workers;

  LargestKernel(RowMath<A> math, Workers workers) {
    this.math = math;
    this.workers = workers;
  }

  /** {@code y[t, j] += Σ x[t, i] w[j, i]} for the largest y[t, j]. */
  void run(Matrix x, Matrix w, int count, Matrix y) {
    if (count == 0 || x.cols() == 0) {
      return;
    }
    int[][] chosen = new int[y.rows()][];
    Staging<A> values = math.stage(y);
    workers.forEach(
        y.rows(),
        t -> {
          A row = math.allocate(y.cols());
          values.read(t, row, y.cols());
          chosen[t] = Largest.columns(keys(row), count);
        });
    int parts = (count + TASK_PRODUCTS - 1) / TASK_PRODUCTS;
    workers.forEach(
        y.rows() * parts,
        task -> {
          int t = task / parts;
          int from = task % parts * TASK_PRODUCTS;
          int to = Math.min(count, from + TASK_PRODUCTS);
          A value = math.allocate(1);
          for (int i = from; i < to; i++) {
            int j = chosen[t][i];
            double product = Gemm.dot(math.dtype(), x.cols(), at(x, t), at(w, j));
            values.readBlock(t, 1, j, 1, value);
            math.put(value, 0, math.at(value, 0) + product);
            values.writeBlock(t, 1, j, 1, value);
          }
        });
  }

  private static long[] keys(Object row) {
    return row instanceof float[] floats ? Largest.keys(floats) : Largest.keys((double[]) row);
  }

  /** Where a row begins. */
  private static long at(Matrix matrix, int row) {
    return CpuTensor.address(matrix) + (long) row * matrix.stride() * matrix.dtype().bytes();
  }
}
