package io.github.lrfbench.kernels.cpu.nn;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cpu.rows.RowMath;
import io.github.lrfbench.kernels.cpu.rows.RowPartition;
import io.github.lrfbench.kernels.cpu.rows.Scratch;
import io.github.lrfbench.kernels.cpu.rows.Staging;
import io.github.lrfbench.kernels.host.Workers;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;

/**
 * Kernels whose rows do not depend on each other. Arguments have been checked.
 *
 * @param <A> float[] or double[]
 */
final class RowKernels<A> {
  /** Elements that are computed on at a time: they stay in the first-level cache. */
  private static final int CHUNK_ELEMENTS = 1 << 12;

  // Slots 0 to 2 are read by all tasks of a kernel, the others belong to one task.
  private static final int VECTOR_SLOT = 0;
  private static final int ROW_SLOT = 3;
  private static final int OTHER_SLOT = 4;

  private final RowMath<A> math;
  private final Workers workers;
  private final ThreadLocal<Scratch<A>> scratch;

  RowKernels(RowMath<A> math, Workers workers) {
    this.math = math;
    this.workers = workers;
    this.scratch = ThreadLocal.withInitial(() -> new Scratch<>(math));
  }

  /**
   * The calling thread's copy of a vector, or null if there is none; valid until the thread's next
   * kernel.
   */
  A vector(Tensor vector, int number) {
    if (vector == null) {
      return null;
    }
    int size = (int) vector.shape().size();
    A copy = scratch.get().array(VECTOR_SLOT + number, size);
    math.stage(new Matrix(vector, 0, 1, size, size)).read(0, copy, size);
    return copy;
  }

  void biasActivation(Matrix x, Tensor bias, Activation activation) {
    Staging<A> rows = math.stage(x);
    A b = vector(bias, 0);
    RowPartition.forEach(
        workers, x, (from, to) -> addAndActivate(rows, from, to, 0, x.cols(), b, activation));
  }

  /**
   * {@code x = activation(x + bias)} for rows {@code [from, to)} and columns {@code [left, right)}.
   *
   * @param bias one element for each column of x, or null for none
   */
  void addAndActivate(
      Staging<A> x, int from, int to, int left, int right, A bias, Activation activation) {
    Scratch<A> arrays = scratch.get();
    A chunk = arrays.array(ROW_SLOT, CHUNK_ELEMENTS);
    for (int col = left; col < right; col += CHUNK_ELEMENTS) {
      int cols = Math.min(CHUNK_ELEMENTS, right - col);
      int step = Math.min(to - from, CHUNK_ELEMENTS / cols);
      A biases = bias == null ? null : arrays.array(OTHER_SLOT, CHUNK_ELEMENTS);
      for (int row = 0; bias != null && row < step; row++) {
        System.arraycopy(bias, col, biases, row * cols, cols);
      }
      for (int row = from; row < to; row += step) {
        int rows = Math.min(step, to - row);
        x.readBlock(row, rows, col, cols, chunk);
        if (bias != null) {
          math.add(chunk, biases, rows * cols);
        }
        math.activate(activation, chunk, rows * cols);
        x.writeBlock(row, rows, col, cols, chunk);
      }
    }
  }

  /**
   * {@code sum = x + residual + bias, y = layerNorm(sum)}; the sum is not kept where it is null.
   */
  void layerNorm(
      Matrix x,
      Tensor bias,
      Matrix residual,
      Tensor gamma,
      Tensor beta,
      double eps,
      Matrix sum,
      Matrix y) {
    int cols = x.cols();
    Staging<A> input = math.stage(x);
    Staging<A> added = residual == null ? null : math.stage(residual);
    Staging<A> kept = sum == null ? null : math.stage(sum);
    Staging<A> output = math.stage(y);
    A b = vector(bias, 0);
    A g = vector(gamma, 1);
    A be = vector(beta, 2);
    RowPartition.forEach(
        workers,
        x,
        (from, to) -> {
          A row = scratch.get().array(ROW_SLOT, cols);
          A other = scratch.get().array(OTHER_SLOT, cols);
          for (int i = from; i < to; i++) {
            input.read(i, row, cols);
            if (added != null) {
              added.read(i, other, cols);
              math.add(row, other, cols);
            }
            if (b != null) {
              math.add(row, b, cols);
            }
            if (kept != null) {
              kept.write(i, row, cols);
            }
            math.normalize(row, cols, eps, g, be, other);
            output.write(i, row, cols);
          }
        });
  }

  void softmax(Matrix x, double scale, int[] valid) {
    int cols = x.cols();
    Staging<A> rows = math.stage(x);
    RowPartition.forEach(
        workers,
        x,
        (from, to) -> {
          A row = scratch.get().array(ROW_SLOT, cols);
          for (int i = from; i < to; i++) {
            int count = valid == null ? cols : Math.max(0, Math.min(cols, valid[i]));
            rows.read(i, row, count);
            if (count > 0) {
              math.softmax(row, count, scale);
            }
            math.fill(row, count, cols, 0);
            rows.write(i, row, cols);
          }
        });
  }

  /** {@code y[i] = first[index[0][i]] + second[index[1][i]] + ...}. */
  void gather(Matrix[] tables, int[][] indices, Matrix y) {
    int cols = y.cols();
    List<Staging<A>> sources = new ArrayList<>();
    for (Matrix table : tables) {
      sources.add(math.stage(table));
    }
    Staging<A> output = math.stage(y);
    RowPartition.forEach(
        workers,
        y,
        (from, to) -> {
          A sum = scratch.get().array(ROW_SLOT, cols);
          A row = scratch.get().array(OTHER_SLOT, cols);
          for (int i = from; i < to; i++) {
            sources.get(0).read(indices[0][i], sum, cols);
            for (int t = 1; t < sources.size(); t++) {
              sources.get(t).read(indices[t][i], row, cols);
              math.add(sum, row, cols);
            }
            output.write(i, sum, cols);
          }
        });
  }

  /** {@code y[t, i] = x[t, columns[i]]}, or 0 where that is -1. */
  void gatherColumns(Matrix x, int[] columns, Matrix y) {
    Staging<A> input = math.stage(x);
    Staging<A> output = math.stage(y);
    RowPartition.forEach(
        workers,
        y,
        (from, to) -> {
          A row = scratch.get().array(ROW_SLOT, x.cols());
          A taken = scratch.get().array(OTHER_SLOT, y.cols());
          for (int i = from; i < to; i++) {
            input.read(i, row, x.cols());
            math.gather(row, columns, taken);
            output.write(i, taken, y.cols());
          }
        });
  }

  /** {@code y[index[i]] = x[i]}. */
  void scatter(Matrix x, int[] index, Matrix y) {
    int cols = x.cols();
    Staging<A> input = math.stage(x);
    Staging<A> output = math.stage(y);
    RowPartition.forEach(
        workers,
        x,
        (from, to) -> {
          A row = scratch.get().array(ROW_SLOT, cols);
          for (int i = from; i < to; i++) {
            input.read(i, row, cols);
            output.write(index[i], row, cols);
          }
        });
  }

  /** {@code y += x}. */
  void add(Matrix x, Matrix y) {
    Staging<A> input = math.stage(x);
    Staging<A> output = math.stage(y);
    RowPartition.forEach(
        workers,
        y,
        (from, to) -> {
          A row = scratch.get().array(ROW_SLOT, x.cols());
          A sum = scratch.get().array(OTHER_SLOT, y.cols());
          for (int i = from; i < to; i++) {
            input.read(i, row, x.cols());
            output.read(i, sum, y.cols());
            math.addScaled(sum, row, 1, y.cols());
            output.write(i, sum, y.cols());
          }
        });
  }

  /** Copies parts of x's columns to the beginnings of parts of y's, among zeros. */
  void spread(Matrix x, int parts, Matrix y) {
    int narrow = x.cols() / parts;
    int wide = y.cols() / parts;
    Staging<A> input = math.stage(x);
    Staging<A> output = math.stage(y);
    RowPartition.forEach(
        workers,
        y,
        (from, to) -> {
          A row = scratch.get().array(ROW_SLOT, x.cols());
          A wideRow = scratch.get().array(OTHER_SLOT, y.cols());
          math.fill(wideRow, 0, y.cols(), 0);
          for (int i = from; i < to; i++) {
            input.read(i, row, x.cols());
            for (int part = 0; part < parts; part++) {
              System.arraycopy(row, part * narrow, wideRow, part * wide, narrow);
            }
            output.write(i, wideRow, y.cols());
          }
        });
  }

  /** Transposes every row, [first, second]. */
  void swapAxes(Matrix x, int first, int second, Matrix y) {
    Staging<A> input = math.stage(x);
    Staging<A> output = math.stage(y);
    RowPartition.forEach(
        workers,
        x,
        (from, to) -> {
          A row = scratch.get().array(ROW_SLOT, x.cols());
          A swapped = scratch.get().array(OTHER_SLOT, x.cols());
          for (int i = from; i < to; i++) {
            input.read(i, row, x.cols());
            math.transpose(row, first, second, swapped);
            output.write(i, swapped, x.cols());
          }
        });
  }

  /** {@code y[i N + j] = a[i] b[j]}, element by element. */
  void khatriRao(Matrix a, Matrix b, Matrix y) {
    int cols = y.cols();
    Staging<A> left = math.stage(a);
    Staging<A> right = math.stage(b);
    Staging<A> output = math.stage(y);
    RowPartition.forEach(
        workers,
        y,
        (from, to) -> {
          A factor = scratch.get().array(ROW_SLOT, cols);
          A row = scratch.get().array(OTHER_SLOT, cols);
          for (int i = from; i < to; i++) {
            int of = i / b.rows();
            if (i == from || of != (i - 1) / b.rows()) {
              left.read(of, factor, cols);
            }
            right.read(i - of * b.rows(), row, cols);
            math.multiply(row, factor, cols);
            output.write(i, row, cols);
          }
        });
  }

  /** {@code losses[i] = log Σ exp(x[i]) - x[i, targets[i]]}, 0 without a target. */
  void crossEntropy(Matrix x, int[] targets, Tensor losses) {
    int cols = x.cols();
    Staging<A> input = math.stage(x);
    RowPartition.forEach(
        workers,
        x,
        (from, to) -> {
          A row = scratch.get().array(ROW_SLOT, cols);
          double[] band = new double[to - from];
          for (int i = from; i < to; i++) {
            if (targets[i] >= 0) {
              input.read(i, row, cols);
              band[i - from] = math.crossEntropy(row, targets[i], cols);
            }
          }
          losses.write(from, band, 0, band.length);
        });
  }

  /** Means of the rows between two offsets. */
  void means(Matrix x, int[] offsets, Matrix y) {
    int cols = x.cols();
    Staging<A> input = math.stage(x);
    Staging<A> output = math.stage(y);
    workers.forEach(
        y.rows(),
        s -> {
          A sum = scratch.get().array(ROW_SLOT, cols);
          A row = scratch.get().array(OTHER_SLOT, cols);
          math.fill(sum, 0, cols, 0);
          for (int i = offsets[s]; i < offsets[s + 1]; i++) {
            input.read(i, row, cols);
            math.add(sum, row, cols);
          }
          math.scale(sum, 1.0 / (offsets[s + 1] - offsets[s]), cols);
          output.write(s, sum, cols);
        });
  }
}
