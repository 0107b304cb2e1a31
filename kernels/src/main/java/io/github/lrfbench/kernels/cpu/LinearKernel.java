package io.github.lrfbench.kernels.cpu;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.host.Workers;
import io.github.lrfbench.kernels.ops.Activation;

/**
 * A linear layer. A worker finishes a tile of the output before it takes the next, so that bias and
 * activation find the tile in the cache.
 *
 * @param <A> float[] or double[]
 */
final class LinearKernel<A> {
  private final RowMath<A> math;
  private final RowKernels<A> rowKernels;
  private final Workers workers;
  private final boolean smallProducts;

  /**
   * Linear layers.
   *
   * @param smallProducts whether products may be cut up for {@link SmallProducts}
   */
  LinearKernel(RowMath<A> math, RowKernels<A> rowKernels, Workers workers, boolean smallProducts) {
    this.math = math;
    this.rowKernels = rowKernels;
    this.workers = workers;
    this.smallProducts = smallProducts;
  }

  /** {@code y = activation(x op(w) + bias)}; arguments have been checked. */
  void run(Matrix x, boolean transW, Matrix w, Tensor bias, Activation activation, Matrix y) {
    A biases = rowKernels.vector(bias, 0);
    Staging<A> output = math.stage(y);
    boolean pieces = smallProducts && !transW;
    Product product = new Product(math.dtype(), transW, x, w, y, pieces);
    GemmTiles tiles = GemmTiles.of(y.rows(), y.cols(), x.cols(), workers.width());
    // The bias of a layer without activation is there before the product is added to it; with one,
    // it is added where the activation passes over the sums anyway.
    boolean biasFirst = biases != null && activation == Activation.NONE;
    int band = pieces ? SmallProducts.even(y.rows(), SmallProducts.BAND) : y.rows();
    workers.forEach(
        tiles.count(),
        tile -> {
          int left = tiles.left(tile);
          int right = tiles.right(tile);
          int bottom = tiles.bottom(tile);
          for (int top = tiles.top(tile); top < bottom; top += band) {
            int end = Math.min(bottom, top + band);
            if (biasFirst) {
              output.fillRows(top, end - top, left, right - left, biases);
            }
            product.add(top, end, left, right, biasFirst ? 1 : 0);
            if (activation != Activation.NONE) {
              rowKernels.addAndActivate(output, top, end, left, right, biases, activation);
            }
          }
        });
  }

  /** The product x op(w), by parts. */
  private static final class Product {
    private final DType dtype;
    private final boolean transW;
    private final boolean pieces;
    private final int inner;
    private final int depth;
    private final long x;
    private final int xStride;
    private final long w;
    private final int wStride;
    private final long y;
    private final int yStride;

    /** The product, in pieces that OpenBLAS does not pack if so wished. */
    Product(DType dtype, boolean transW, Matrix x, Matrix w, Matrix y, boolean pieces) {
      this.dtype = dtype;
      this.transW = transW;
      this.pieces = pieces;
      this.inner = x.cols();
      this.depth = SmallProducts.even(inner, SmallProducts.MAX_DEPTH);
      this.x = CpuTensor.address(x);
      this.xStride = x.stride();
      this.w = CpuTensor.address(w);
      this.wStride = w.stride();
      this.y = CpuTensor.address(y);
      this.yStride = y.stride();
    }

    /** {@code y = x op(w) + beta y} for a part of y. */
    void add(int top, int bottom, int left, int right, double beta) {
      if (!pieces || inner == 0) {
        addPiece(top, bottom, left, right, 0, inner, beta);
      } else if (inner > right - left) {
        // The sums stay in the cache while the inputs pass.
        for (int from = 0; from < inner; from += depth) {
          addColumns(top, bottom, left, right, from, beta);
        }
      } else {
        // The inputs stay in the cache while the outputs pass.
        for (int col = left; col < right; col += SmallProducts.COLUMNS) {
          int end = Math.min(right, col + SmallProducts.COLUMNS);
          for (int from = 0; from < inner; from += depth) {
            addColumns(top, bottom, col, end, from, beta);
          }
        }
      }
    }

    private void addColumns(int top, int bottom, int left, int right, int from, double beta) {
      int to = Math.min(inner, from + depth);
      int rows = SmallProducts.even(bottom - top, SmallProducts.rows(depth));
      for (int col = left; col < right; col += SmallProducts.COLUMNS) {
        int colEnd = Math.min(right, col + SmallProducts.COLUMNS);
        for (int row = top; row < bottom; row += rows) {
          int rowEnd = Math.min(bottom, row + rows);
          addPiece(row, rowEnd, col, colEnd, from, to, from == 0 ? beta : 1);
        }
      }
    }

    /** The part of the product that comes from inputs {@code [from, to)}. */
    private void addPiece(int top, int bottom, int left, int right, int from, int to, double beta) {
      long bytes = dtype.bytes();
      long wStart = transW ? (long) left * wStride + from : (long) from * wStride + left;
      Gemm.run(
          dtype,
          false,
          transW,
          bottom - top,
          right - left,
          to - from,
          1,
          x + bytes * ((long) top * xStride + from),
          xStride,
          w + bytes * wStart,
          wStride,
          beta,
          y + bytes * ((long) top * yStride + left),
          yStride);
    }
  }
}
