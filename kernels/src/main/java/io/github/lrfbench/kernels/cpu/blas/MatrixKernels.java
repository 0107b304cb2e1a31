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

  /** What a thread takes of a long row at a time. */
  private static final int PART_ELEMENTS = 4 * CHUNK_ELEMENTS;

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

  /** Chunks of whole rows: those of one row follow on one another in one thread. */
  private void overRows(Matrix x, Staging<A> rows, Chunk<A> body) {
    RowPartition.forEach(workers, x, (from, to) -> forEachChunk(rows, from, to, 0, x.cols(), body));
  }

  /** The same in any order: threads share a long row, too. */
  private void overElements(Matrix x, Staging<A> rows, Chunk<A> body) {
    int parts = x.cols() / PART_ELEMENTS;
    if (parts < 2) {
      overRows(x, rows, body);
      return;
    }
    workers.forEach(
        Math.multiplyExact(x.rows(), parts),
        task -> {
          int row = task / parts;
          int left = RowPartition.cut(x.cols(), task % parts, parts);
          int right = RowPartition.cut(x.cols(), task % parts + 1, parts);
          forEachChunk(rows, row, row + 1, left, right, body);
        });
  }

  private void forEachChunk(Staging<A> x, int from, int to, int left, int right, Chunk<A> body) {
    A chunk = scratch.get().array(0, CHUNK_ELEMENTS);
    for (int row = from; row < to; row++) {
      for (int col = left; col < right; col += CHUNK_ELEMENTS) {
        int n = Math.min(CHUNK_ELEMENTS, right - col);
        x.readBlock(row, 1, col, n, chunk);
        body.run(chunk, row, col, n);
      }
    }
  }

  void copy(Matrix x, Matrix y) {
    Staging<A> input = math.stage(x);
    Staging<A> output = math.stage(y);
    overElements(x, input, (chunk, row, col, n) -> output.writeBlock(row, 1, col, n, chunk));
  }

  void scaleRows(Matrix x, double[] factors) {
    Staging<A> rows = math.stage(x);
    overElements(
        x,
        rows,
        (chunk, row, col, n) -> {
          math.scale(chunk, factors[row], n);
          rows.writeBlock(row, 1, col, n, chunk);
        });
  }

  void scaleColumns(Matrix x, double[] factors) {
    Staging<A> rows = math.stage(x);
    overElements(
        x,
        rows,
        (chunk, row, col, n) -> {
          math.scaleEach(chunk, factors, col, n);
          rows.writeBlock(row, 1, col, n, chunk);
        });
  }

  double squaredNorm(Matrix x) {
    Staging<A> rows = math.stage(x);
    double[] sums = new double[x.rows()];
    overRows(x, rows, (chunk, row, col, n) -> sums[row] += math.squaredSum(chunk, n));
    double total = 0;
    for (double sum : sums) {
      total += sum;
    }
    return total;
  }

  boolean isFinite(Matrix x) {
    Staging<A> rows = math.stage(x);
    boolean[] infinite = new boolean[x.rows()];
    overRows(x, rows, (chunk, row, col, n) -> infinite[row] |= !math.isFinite(chunk, n));
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

  /** {@code c += x}, both symmetric; of x the upper triangle is read. */
  void addUpper(Matrix x, Matrix c) {
    Staging<A> amounts = math.stage(x);
    Staging<A> sums = math.stage(c);
    workers.forEach(
        (c.rows() + TILE - 1) / TILE,
        band -> {
          int top = band * TILE;
          int rows = Math.min(c.rows(), top + TILE) - top;
          for (int left = top; left < c.cols(); left += TILE) {
            int cols = Math.min(c.cols(), left + TILE) - left;
            A sum = scratch.get().array(0, CHUNK_ELEMENTS);
            A other = scratch.get().array(1, CHUNK_ELEMENTS);
            sums.readBlock(top, rows, left, cols, sum);
            amounts.readBlock(top, rows, left, cols, other);
            math.add(sum, other, rows * cols);
            sums.writeBlock(top, rows, left, cols, sum);
            if (left == top) {
              mirrorDiagonalTile(sums, top, rows);
            } else {
              math.transpose(sum, rows, cols, other);
              sums.writeBlock(left, cols, top, rows, other);
            }
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
