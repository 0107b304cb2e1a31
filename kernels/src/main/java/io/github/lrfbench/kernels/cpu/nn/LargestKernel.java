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
          chosen[t] = Largest.columns(i -> math.at(row, i), y.cols(), count);
        });
    int parts = (count + TASK_PRODUCTS - 1) / TASK_PRODUCTS;
    workers.forEach(
        y.rows() * parts,
        task -> {
          int t = task / parts;
          int from = task % parts * TASK_PRODUCTS;
          int to = Math.min(count, from + TASK_PRODUCTS);
          for (int i = from; i < to; i++) {
            addProduct(x, w, t, chosen[t][i], y);
          }
        });
  }

  /** A product of two rows, which are read where they are. */
  private void addProduct(Matrix x, Matrix w, int t, int j, Matrix y) {
    long left = at(x, t, 0);
    int n = x.cols();
    Gemm.run(math.dtype(), false, true, 1, 1, n, 1, left, n, at(w, j, 0), n, 1, at(y, t, j), 1);
  }

  private static long at(Matrix matrix, int row, int col) {
    return CpuTensor.address(matrix)
        + ((long) row * matrix.stride() + col) * matrix.dtype().bytes();
  }
}
