package io.github.lrfbench.kernels.cpu.nn;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cpu.blas.Gemm;
import io.github.lrfbench.kernels.cpu.blas.GemmTiles;
import io.github.lrfbench.kernels.cpu.blas.PackedKernels;
import io.github.lrfbench.kernels.cpu.blas.PackedWeights;
import io.github.lrfbench.kernels.cpu.blas.SmallProducts;
import io.github.lrfbench.kernels.cpu.memory.Block;
import io.github.lrfbench.kernels.cpu.memory.BlockPool;
import io.github.lrfbench.kernels.cpu.memory.CpuTensor;
import io.github.lrfbench.kernels.cpu.rows.RowMath;
import io.github.lrfbench.kernels.cpu.rows.Staging;
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
  private final BlockPool pool;
  private final boolean smallProducts;

  /**
   * Linear layers.
   *
   * @param smallProducts whether products may be cut up for {@link SmallProducts}
   */
  LinearKernel(
      RowMath<A> math,
      RowKernels<A> rowKernels,
      Workers workers,
      BlockPool pool,
      boolean smallProducts) {
    this.math = math;
    this.rowKernels = rowKernels;
    this.workers = workers;
    this.pool = pool;
    this.smallProducts = smallProducts;
  }

  /** {@code y = activation(x op(w) + bias)}; arguments have been checked. */
  void run(Matrix x, boolean transW, Matrix w, Tensor bias, Activation activation, Matrix y) {
    A biases = rowKernels.vector(bias, 0);
    Staging<A> output = math.stage(y);
    long packed = PackedWeights.of(transW, w);
    // A single row is no product of matrices: cut up, it would read weights in bits and pieces.
    boolean pieces = packed == 0 && smallProducts && !transW && y.rows() > 1;
    Product product = new Product(math.dtype(), transW, x, w, y, packed, pieces);
    GemmTiles usual = GemmTiles.of(y.rows(), y.cols(), x.cols(), workers.width());
    GemmTiles tiles = packed == 0 ? usual : usual.inBands(x.cols());
    // The bias of a layer without activation is there before the product is added to it; with one,
    // it is added where the activation passes over the sums anyway.
    boolean biasFirst = biases != null && activation == Activation.NONE;
    // Products with packed weights are added to what is there in any case.
    A start = biasFirst ? biases : packed == 0 ? null : math.allocate(y.cols());
    int band =
        pieces
            ? SmallProducts.even(y.rows(), SmallProducts.BAND)
            : packed == 0 ? y.rows() : PackedKernels.ROWS;
    workers.forEach(
        tiles.count(),
        tile -> {
          int left = tiles.left(tile);
          int right = tiles.right(tile);
          int bottom = tiles.bottom(tile);
          for (int top = tiles.top(tile); top < bottom; top += band) {
            int end = Math.min(bottom, top + band);
            if (start != null) {
              output.fillRows(top, end - top, left, right - left, start);
            }
            if (packed == 0) {
              product.add(top, end, left, right, biasFirst ? 1 : 0);
            } else {
              product.addPacked(top, end, left, right, pool);
            }
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
    private final long packed;
    private final boolean pieces;
    private final int inner;
    private final int cols;
    private final int depth;
    private final long x;
    private final int xStride;
    private final long w;
    private final int wStride;
    private final long y;
    private final int yStride;

    /**
     * The product.
     *
     * @param packed address of the packed weights; 0 if they are not packed
     * @param pieces whether it is taken in pieces that OpenBLAS does not pack
     */
    Product(
        DType dtype, boolean transW, Matrix x, Matrix w, Matrix y, long packed, boolean pieces) {
      this.dtype = dtype;
      this.transW = transW;
      this.packed = packed;
      this.pieces = pieces;
      this.inner = x.cols();
      this.cols = y.cols();
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

    /** {@code y = x op(w) + y} for a part of y, with packed weights. */
    void addPacked(int top, int bottom, int left, int right, BlockPool pool) {
      int rows = bottom - top;
      Block scratch = pool.take(PackedKernels.scratchBytes(rows, inner));
      try {
        PackedKernels.addProduct(
            x + (long) dtype.bytes() * top * xStride,
            xStride,
            rows,
            inner,
            packed,
            cols,
            left,
            right,
            y + (long) dtype.bytes() * top * yStride,
            yStride,
            scratch.address());
      } finally {
        pool.give(scratch);
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
