package io.github.lrfbench.kernels.cpu.nn;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cpu.rows.RowMath;
import io.github.lrfbench.kernels.cpu.rows.RowPartition;
import io.github.lrfbench.kernels.cpu.rows.Scratch;
import io.github.lrfbench.kernels.cpu.rows.Staging;
import io.github.lrfbench.kernels.host.Workers;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.AdamWStep;
import io.github.lrfbench.kernels.ops.Dropout;

/**
 * Backward passes row by row. Sums over rows are taken in an order that the shapes alone decide, so
 * that results do not depend on the number of threads. Arguments have been checked.
 *
 * @param <A> float[] or double[]
 */
final class GradientKernels<A> {
  /** Elements that are computed on at a time: they stay in the first-level cache. */
  private static final int CHUNK_ELEMENTS = 1 << 12;

  /** Columns that one task sums up. */
  private static final int STRIP = 128;

  /** Rows of a band of layer norm, which has sums of its own. */
  private static final int NORM_BAND = 32;

  private final RowMath<A> math;
  private final Workers workers;
  private final ThreadLocal<Scratch<A>> scratch;

  GradientKernels(RowMath<A> math, Workers workers) {
    this.math = math;
    this.workers = workers;
    this.scratch = ThreadLocal.withInitial(() -> new Scratch<>(math));
  }

  /** What happens to a chunk: the first n elements, which are columns from {@code col} on. */
  private interface Chunk<A> {
    void run(A chunk, A other, int row, int col, int n);
  }

  /**
   * Reads x by chunks and y beside it, and writes what the body made of the first to the target.
   */
  private void map(Matrix x, Matrix y, Matrix target, Chunk<A> body) {
    Staging<A> first = math.stage(x);
    Staging<A> second = y == null ? null : math.stage(y);
    Staging<A> output = math.stage(target);
    RowPartition.forEach(
        workers,
        x,
        (from, to) -> {
          A chunk = scratch.get().array(0, CHUNK_ELEMENTS);
          A other = scratch.get().array(1, CHUNK_ELEMENTS);
          for (int row = from; row < to; row++) {
            for (int col = 0; col < x.cols(); col += CHUNK_ELEMENTS) {
              int n = Math.min(CHUNK_ELEMENTS, x.cols() - col);
              first.readBlock(row, 1, col, n, chunk);
              if (second != null) {
                second.readBlock(row, 1, col, n, other);
              }
              body.run(chunk, other, row, col, n);
              output.writeBlock(row, 1, col, n, chunk);
            }
          }
        });
  }

  void clear(Matrix x) {
    map(x, null, x, (chunk, other, row, col, n) -> math.fill(chunk, 0, n, 0));
  }

  void addScaled(double alpha, Matrix x, Matrix y) {
    map(y, x, y, (chunk, other, row, col, n) -> math.addScaled(chunk, other, alpha, n));
  }

  void addSquares(Matrix x, Matrix y) {
    map(y, x, y, (chunk, other, row, col, n) -> math.addProduct(other, other, chunk, n));
  }

  void multiply(Matrix x, Matrix y) {
    map(y, x, y, (chunk, other, row, col, n) -> math.multiply(chunk, other, n));
  }

  void activate(Matrix x, Activation activation, Matrix y) {
    map(x, null, y, (chunk, other, row, col, n) -> math.activate(activation, chunk, n));
  }

  void activationGradient(Matrix x, Activation activation, Matrix dy, Matrix dx) {
    map(
        x,
        dy,
        dx,
        (chunk, other, row, col, n) -> {
          math.differentiate(activation, chunk, n);
          math.multiply(chunk, other, n);
        });
  }

  void dropout(Matrix x, Dropout dropout, Matrix y) {
    map(
        x,
        null,
        y,
        (chunk, other, row, col, n) ->
            math.dropout(chunk, dropout, (long) row * x.cols() + col, n));
  }

  void addColumnSums(Matrix x, Tensor sums) {
    Staging<A> input = math.stage(x);
    Staging<A> output = math.stage(new Matrix(sums, 0, 1, x.cols(), x.cols()));
    workers.forEach(
        (x.cols() + STRIP - 1) / STRIP,
        strip -> {
          int left = strip * STRIP;
          int n = Math.min(STRIP, x.cols() - left);
          A sum = scratch.get().array(0, STRIP);
          A row = scratch.get().array(1, STRIP);
          output.readBlock(0, 1, left, n, sum);
          for (int i = 0; i < x.rows(); i++) {
            input.readBlock(i, 1, left, n, row);
            math.add(sum, row, n);
          }
          output.writeBlock(0, 1, left, n, sum);
        });
  }

  void layerNormGradient(
      Matrix x,
      Tensor bias,
      Matrix residual,
      Tensor gamma,
      double eps,
      Matrix dy,
      Tensor dgamma,
      Tensor dbeta,
      Matrix ds) {
    int cols = x.cols();
    Staging<A> input = math.stage(x);
    Staging<A> added = residual == null ? null : math.stage(residual);
    Staging<A> upstream = math.stage(dy);
    Staging<A> output = math.stage(ds);
    A b = vector(bias);
    A g = vector(gamma);
    int bands = (x.rows() + NORM_BAND - 1) / NORM_BAND;
    Object[] gammaSums = new Object[bands];
    Object[] betaSums = new Object[bands];
    workers.forEach(
        bands,
        band -> {
          A z = scratch.get().array(0, cols);
          A d = scratch.get().array(1, cols);
          A other = scratch.get().array(2, cols);
          A gammaSum = math.allocate(cols);
          A betaSum = math.allocate(cols);
          for (int i = band * NORM_BAND; i < Math.min(x.rows(), (band + 1) * NORM_BAND); i++) {
            input.read(i, z, cols);
            if (added != null) {
              added.read(i, other, cols);
              math.add(z, other, cols);
            }
            if (b != null) {
              math.add(z, b, cols);
            }
            double factor = math.standardize(z, cols, eps, other);
            upstream.read(i, d, cols);
            math.add(betaSum, d, cols);
            math.addProduct(d, z, gammaSum, cols);
            math.multiply(d, g, cols);
            math.standardizeGradient(z, d, factor, cols, other);
            output.write(i, d, cols);
          }
          gammaSums[band] = gammaSum;
          betaSums[band] = betaSum;
        });
    addAll(dgamma, gammaSums);
    addAll(dbeta, betaSums);
  }

  private A vector(Tensor vector) {
    if (vector == null) {
      return null;
    }
    int size = (int) vector.shape().size();
    A copy = math.allocate(size);
    math.stage(new Matrix(vector, 0, 1, size, size)).read(0, copy, size);
    return copy;
  }

  @SuppressWarnings("unchecked")
  private void addAll(Tensor target, Object[] sums) {
    int size = (int) target.shape().size();
    Staging<A> staged = math.stage(new Matrix(target, 0, 1, size, size));
    A total = math.allocate(size);
    staged.read(0, total, size);
    for (Object sum : sums) {
      math.add(total, (A) sum, size);
    }
    staged.write(0, total, size);
  }

  void addRows(Matrix dy, int[] rows, Matrix dx) {
    Staging<A> input = math.stage(dy);
    Staging<A> output = math.stage(dx);
    // A strip of columns belongs to one task, because rows repeat.
    workers.forEach(
        (dx.cols() + STRIP - 1) / STRIP,
        strip -> {
          int left = strip * STRIP;
          int n = Math.min(STRIP, dx.cols() - left);
          A sum = scratch.get().array(0, STRIP);
          A row = scratch.get().array(1, STRIP);
          for (int i = 0; i < rows.length; i++) {
            output.readBlock(rows[i], 1, left, n, sum);
            input.readBlock(i, 1, left, n, row);
            math.add(sum, row, n);
            output.writeBlock(rows[i], 1, left, n, sum);
          }
        });
  }

  void addMeanPoolGradient(Matrix dy, int[] offsets, Matrix dx) {
    Staging<A> input = math.stage(dy);
    Staging<A> output = math.stage(dx);
    int cols = dx.cols();
    workers.forEach(
        dy.rows(),
        s -> {
          A gradient = scratch.get().array(0, cols);
          A row = scratch.get().array(1, cols);
          input.read(s, gradient, cols);
          double share = 1.0 / (offsets[s + 1] - offsets[s]);
          for (int i = offsets[s]; i < offsets[s + 1]; i++) {
            output.read(i, row, cols);
            math.addScaled(row, gradient, share, cols);
            output.write(i, row, cols);
          }
        });
  }

  void softmaxGradient(Matrix y, double scale, Matrix dy, Matrix dx) {
    Staging<A> probabilities = math.stage(y);
    Staging<A> upstream = math.stage(dy);
    Staging<A> output = math.stage(dx);
    int cols = y.cols();
    RowPartition.forEach(
        workers,
        y,
        (from, to) -> {
          A p = scratch.get().array(0, cols);
          A d = scratch.get().array(1, cols);
          A tmp = scratch.get().array(2, cols);
          for (int i = from; i < to; i++) {
            probabilities.read(i, p, cols);
            upstream.read(i, d, cols);
            math.softmaxGradient(p, d, scale, cols, tmp);
            output.write(i, d, cols);
          }
        });
  }

  void addCrossEntropyGradient(Matrix x, int[] targets, double[] dlosses, Matrix dx) {
    Staging<A> logits = math.stage(x);
    Staging<A> gradient = math.stage(dx);
    int cols = x.cols();
    RowPartition.forEach(
        workers,
        x,
        (from, to) -> {
          A p = scratch.get().array(0, cols);
          A d = scratch.get().array(1, cols);
          for (int i = from; i < to; i++) {
            if (targets[i] >= 0) {
              logits.read(i, p, cols);
              math.softmax(p, cols, 1);
              gradient.read(i, d, cols);
              math.addScaled(d, p, dlosses[i], cols);
              math.put(d, targets[i], math.at(d, targets[i]) - dlosses[i]);
              gradient.write(i, d, cols);
            }
          }
        });
  }

  void adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, AdamWStep step) {
    int size = (int) parameter.shape().size();
    Staging<A> p = row(parameter, size);
    Staging<A> g = row(gradient, size);
    Staging<A> m = row(mean, size);
    Staging<A> v = row(square, size);
    workers.forEach(
        (size + CHUNK_ELEMENTS - 1) / CHUNK_ELEMENTS,
        chunk -> {
          int from = chunk * CHUNK_ELEMENTS;
          int n = Math.min(CHUNK_ELEMENTS, size - from);
          A ps = scratch.get().array(0, CHUNK_ELEMENTS);
          A gs = scratch.get().array(1, CHUNK_ELEMENTS);
          A ms = scratch.get().array(2, CHUNK_ELEMENTS);
          A vs = scratch.get().array(3, CHUNK_ELEMENTS);
          p.readBlock(0, 1, from, n, ps);
          g.readBlock(0, 1, from, n, gs);
          m.readBlock(0, 1, from, n, ms);
          v.readBlock(0, 1, from, n, vs);
          math.adamW(ps, gs, ms, vs, step, n);
          p.writeBlock(0, 1, from, n, ps);
          m.writeBlock(0, 1, from, n, ms);
          v.writeBlock(0, 1, from, n, vs);
        });
  }

  private Staging<A> row(Tensor tensor, int size) {
    return math.stage(new Matrix(tensor, 0, 1, size, size));
  }
}
