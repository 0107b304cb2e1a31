package io.github.lrfbench.kernels.cpu;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;

/**
 * A linear layer. A worker finishes a tile of the output before it takes the next: the product is
 * added to the bias that was written first, and the activation finds the tile in the cache.
 *
 * @param <A> float[] or double[]
 */
final class LinearKernel<A> {
  private final RowMath<A> math;
  private final RowKernels<A> rowKernels;
  private final Workers workers;

  LinearKernel(RowMath<A> math, RowKernels<A> rowKernels, Workers workers) {
    this.math = math;
    this.rowKernels = rowKernels;
    this.workers = workers;
  }

  /** {@code y = activation(x wᵀ + bias)}; arguments have been checked. */
  void run(Matrix x, Matrix w, Tensor bias, Activation activation, Matrix y) {
    int inner = x.cols();
    long bytes = math.dtype().bytes();
    long xAddress = CpuTensor.address(x);
    long wAddress = CpuTensor.address(w);
    long yAddress = CpuTensor.address(y);
    A biases = rowKernels.vector(bias, 0);
    Staging<A> output = math.stage(y);
    GemmTiles tiles = GemmTiles.of(y.rows(), y.cols(), inner, workers.width());
    workers.forEach(
        tiles.count(),
        tile -> {
          int top = tiles.top(tile);
          int bottom = tiles.bottom(tile);
          int left = tiles.left(tile);
          int right = tiles.right(tile);
          if (biases != null) {
            output.fillRows(top, bottom - top, left, right - left, biases);
          }
          Gemm.run(
              math.dtype(),
              false,
              true,
              bottom - top,
              right - left,
              inner,
              1,
              xAddress + bytes * top * x.stride(),
              x.stride(),
              wAddress + bytes * left * w.stride(),
              w.stride(),
              biases == null ? 0 : 1,
              yAddress + bytes * ((long) top * y.stride() + left),
              y.stride());
          rowKernels.activate(activation, output, top, bottom, left, right);
        });
  }
}
