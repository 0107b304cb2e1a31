package io.github.lrfbench.kernels.cpu.blas;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cpu.rows.RowMath;
import io.github.lrfbench.kernels.cpu.rows.RowPartition;
import io.github.lrfbench.kernels.cpu.rows.Scratch;
import io.github.lrfbench.kernels.cpu.rows.Staging;
import io.github.lrfbench.kernels.host.Workers;

/**
 * What goes over a matrix once. Arguments have been checked.
 *
 * @param <A> float[] or double[]
 */
final class MatrixKernels<A> {
  /** Side of the squares that are transposed at a time. */
  private static final int TILE = 64;

  private static final int CHUNK_ELEMENTS = TILE * TILE;

  private final RowMath<A> math;
  private final Workers workers;
  private final ThreadLocal<Scratch<A>> scratch;

  MatrixKernels(RowMath<A> math, Workers workers) {
    this.math = math;
    this.workers = workers;
    this.scratch = ThreadLocal.withInitial(() -> new Scratch<>(math));
  }

  /** What happens to the first n elements of a chunk, which are columns from {@code col} on. */
  private interface Chunk<A> {
    void run(A chunk, int row, int col, int n);
  }

  private void forEachChunk(Staging<A> x, int from, int to, int cols, Chunk<A> body) {
    A chunk = scratch.get().array(0, CHUNK_ELEMENTS);
    for (int row = from; row < to; row++) {
      for (int col = 0; col < cols; col += CHUNK_ELEMENTS) {
        int n = Math.min(CHUNK_ELEMENTS, cols - col);
        x.readBlock(row, 1, col, n, chunk);
        body.run(chunk, row, col, n);
      }
    }
  }

  void copy(Matrix x, Matrix y) {
    Staging<A> input = math.stage(x);
    Staging<A> output = math.stage(y);
    RowPartition.forEach(
        workers,
        x,
        (from, to) ->
            forEachChunk(
                input,
                from,
                to,
                x.cols(),
                (chunk, row, col, n) -> output.writeBlock(row, 1, col, n, chunk)));
  }

  void scaleRows(Matrix x, double[] factors) {
    Staging<A> rows = math.stage(x);
    RowPartition.forEach(
        workers,
        x,
        (from, to) ->
            forEachChunk(
                rows,
                from,
                to,
                x.cols(),
                (chunk, row, col, n) -> {
                  math.scale(chunk, factors[row], n);
                  rows.writeBlock(row, 1, col, n, chunk);
                }));
  }

  void scaleColumns(Matrix x, double[] factors) {
    Staging<A> rows = math.stage(x);
    RowPartition.forEach(
        workers,
        x,
        (from, to) ->
            forEachChunk(
                rows,
                from,
                to,
                x.cols(),
                (chunk, row, col, n) -> {
                  math.scaleEach(chunk, factors, col, n);
                  rows.writeBlock(row, 1, col, n, chunk);
                }));
  }

  double squaredNorm(Matrix x) {
    Staging<A> rows = math.stage(x);
    double[] sums = new double[x.rows()];
    RowPartition.forEach(
        workers,
        x,
        (from, to) ->
            forEachChunk(
                rows,
                from,
                to,
                x.cols(),
                (chunk, row, col, n) -> sums[row] += math.squaredSum(chunk, n)));
    double total = 0;
    for (double sum : sums) {
      total += sum;
    }
    return total;
  }

  boolean isFinite(Matrix x) {
    Staging<A> rows = math.stage(x);
    boolean[] infinite = new boolean[x.rows()];
    RowPartition.forEach(
        workers,
        x,
        (from, to) ->
            forEachChunk(
                rows,
                from,
                to,
                x.cols(),
                (chunk, row, col, n) -> infinite[row] |= !math.isFinite(chunk, n)));
    for (boolean found : infinite) {
      if (found) {
        return false;
      }
    }
    return true;
  }

  void transpose(Matrix x, Matrix y) {
    Staging<A> input = math.stage(x);
    Staging<A> output = math.stage(y);
    workers.forEach(
        (x.rows() + TILE - 1) / TILE,
        band -> {
          for (int left = 0; left < x.cols(); left += TILE) {
            transposeTile(input, output, x, band * TILE, left);
          }
        });
  }

  /** Copies the upper triangle of a square matrix to the lower. */
  void mirrorUpper(Matrix c) {
    Staging<A> square = math.stage(c);
    workers.forEach(
        (c.rows() + TILE - 1) / TILE,
        band -> {
          int top = band * TILE;
          mirrorDiagonalTile(square, top, Math.min(c.rows(), top + TILE) - top);
          for (int left = top + TILE; left < c.cols(); left += TILE) {
            transposeTile(square, square, c, top, left);
          }
        });
  }

  private void transposeTile(Staging<A> input, Staging<A> output, Matrix x, int top, int left) {
    int rows = Math.min(x.rows(), top + TILE) - top;
    int cols = Math.min(x.cols(), left + TILE) - left;
    A tile = scratch.get().array(0, CHUNK_ELEMENTS);
    A transposed = scratch.get().array(1, CHUNK_ELEMENTS);
    input.readBlock(top, rows, left, cols, tile);
    math.transpose(tile, rows, cols, transposed);
    output.writeBlock(left, cols, top, rows, transposed);
  }

  private void mirrorDiagonalTile(Staging<A> square, int top, int size) {
    A tile = scratch.get().array(0, CHUNK_ELEMENTS);
    A transposed = scratch.get().array(1, CHUNK_ELEMENTS);
    square.readBlock(top, size, top, size, tile);
    math.transpose(tile, size, size, transposed);
    for (int i = 1; i < size; i++) {
      System.arraycopy(transposed, i * size, tile, i * size, i);
    }
    square.writeBlock(top, size, top, size, tile);
  }
}
