package io.github.lrfbench.kernels.cpu.nn;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.ProductRounding;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cpu.blas.PackedWeights;
import io.github.lrfbench.kernels.cpu.memory.Block;
import io.github.lrfbench.kernels.cpu.memory.BlockPool;
import io.github.lrfbench.kernels.cpu.memory.CpuTensor;
import io.github.lrfbench.kernels.cpu.memory.RawMemory;
import io.github.lrfbench.kernels.cpu.rounded.FloatCodes;
import io.github.lrfbench.kernels.cpu.rounded.RoundedProducts;
import io.github.lrfbench.kernels.cpu.rows.FloatRowMath;
import io.github.lrfbench.kernels.cpu.rows.RowPartition;
import io.github.lrfbench.kernels.cpu.rows.Rows;
import io.github.lrfbench.kernels.cpu.rows.Scratch;
import io.github.lrfbench.kernels.cpu.rows.Staging;
import io.github.lrfbench.kernels.host.Workers;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Nn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A linear layer whose inputs and weights are rounded to codes of 8 or 16 bits before they are
 * multiplied; everything else is F32. Weights are rounded in each call, but once in work that was
 * captured. Of those that are codes already, inputs may have outliers.
 */
final class RoundedLinearKernel {
  /** Rows of inputs that are multiplied together. */
  private static final int BAND = 64;

  /** Rows of weights that are rounded together. */
  private static final int ROWS = 16;

  /** Fewest outputs of a strip. */
  private static final int MIN_COLS = 128;

  /** Bytes that the rows of codes begin at multiples of. */
  private static final int ALIGNMENT = 64;

  private static final FloatRowMath MATH = FloatRowMath.INSTANCE;

  private final ProductRounding rounding;
  private final RoundedProducts products;
  private final Workers workers;
  private final BlockPool pool;
  private final ThreadLocal<Scratch<float[]>> scratch =
      ThreadLocal.withInitial(() -> new Scratch<>(MATH));

  RoundedLinearKernel(
      ProductRounding rounding, RoundedProducts products, Workers workers, BlockPool pool) {
    this.rounding = rounding;
    this.products = products;
    this.workers = workers;
    this.pool = pool;
  }

  RoundedProducts products() {
    return products;
  }

  /** Codes in memory of the pool. */
  private final class Codes implements AutoCloseable {
    private final Block block;
    private final int stride;
    private final ByteBuffer bytes;
    private final IntBuffer ints;

    Codes(int rows, int cols) {
      int width = (FloatCodes.bytes(rounding) * cols + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
      block = pool.take((long) rows * width);
      stride = width / FloatCodes.bytes(rounding);
      bytes = RawMemory.bytes(block.address(), (long) rows * width).order(ByteOrder.nativeOrder());
      ints = bytes.asIntBuffer();
    }

    /** Where a row begins. */
    long address(int row) {
      return block.address() + (long) row * stride * FloatCodes.bytes(rounding);
    }

    /** An array for the codes of a row. */
    int[] row() {
      return new int[stride / perInt()];
    }

    private int perInt() {
      return Integer.BYTES / FloatCodes.bytes(rounding);
    }

    /**
     * Rounds the first n numbers, which it may overwrite, and stores them.
     *
     * @param codes of {@link #row}, overwritten
     */
    void write(int row, float[] numbers, int n, int[] codes) {
      if (rounding == ProductRounding.INT8) {
        FloatCodes.toInt8(numbers, n, codes);
      } else {
        FloatCodes.toBf16(numbers, n, codes);
      }
      ints.put(row * codes.length, codes, 0, codes.length);
    }

    /** Stores I8 codes that are there already, [cols, rows] by the names of these. */
    void transpose(Matrix stored) {
      ByteBuffer source = CpuTensor.of(stored).codeBuffer();
      int cols = stored.rows();
      workers.forEach(
          (stored.cols() + ROWS - 1) / ROWS,
          band -> {
            int from = band * ROWS;
            int count = Math.min(ROWS, stored.cols() - from);
            byte[] part = new byte[count];
            byte[][] rows = new byte[count][cols];
            for (int j = 0; j < cols; j++) {
              source.get((int) Rows.start(stored, j) + from, part);
              for (int i = 0; i < count; i++) {
                rows[i][j] = part[i];
              }
            }
            for (int i = 0; i < count; i++) {
              bytes.put((from + i) * stride, rows[i]);
            }
          });
    }

    @Override
    public void close() {
      pool.give(block);
    }
  }

  /** Rounded weights: what they are multiplied by the library, and their steps. */
  private final class Weights implements AutoCloseable {
    private final int strips;
    private final float[] steps;
    private final List<Block> blocks = new ArrayList<>();
    private final RoundedProducts.Weights packed;

    Weights(boolean transposed, Matrix w) {
      int inner = transposed ? w.cols() : w.rows();
      int cols = transposed ? w.rows() : w.cols();
      strips = strips(cols);
      float[] factors = null;
      if (rounding == ProductRounding.INT8) {
        steps = magnitudes(transposed, w, inner, cols);
        factors = new float[cols];
        for (int j = 0; j < cols; j++) {
          factors[j] = FloatCodes.factor(steps[j]);
          steps[j] = FloatCodes.step(steps[j]);
        }
      } else {
        steps = null;
      }
      float[] each = factors;
      packed = pack(inner, cols, codes -> round(transposed, w, inner, cols, each, codes));
    }

    /** Weights that are codes, I8 [cols, inner]. */
    Weights(Matrix codes, Tensor scales) {
      strips = strips(codes.rows());
      steps = scales.toFloats();
      packed = pack(codes.cols(), codes.rows(), target -> target.transpose(codes));
    }

    private int strips(int cols) {
      return Math.max(1, Math.min(workers.threads(), cols / MIN_COLS));
    }

    private RoundedProducts.Weights pack(int inner, int cols, Consumer<Codes> write) {
      try (Codes codes = new Codes(inner, cols)) {
        write.accept(codes);
        return products.weights(
            rounding, codes.address(0), codes.stride, inner, cols, strips, this::allocate);
      } catch (RuntimeException | Error e) {
        blocks.forEach(pool::give);
        throw e;
      }
    }

    private long allocate(long bytes) {
      Block block = pool.take(bytes);
      blocks.add(block);
      return block.address();
    }

    /** The largest magnitude of each output's weights. */
    private float[] magnitudes(boolean transposed, Matrix w, int inner, int cols) {
      float[] all = new float[cols];
      forEachRow(
          transposed,
          w,
          inner,
          cols,
          (from, rows) -> {
            float[] own = new float[cols];
            for (float[] row : rows) {
              for (int j = 0; j < cols; j++) {
                own[j] = Math.max(own[j], Math.abs(row[j]));
              }
            }
            synchronized (all) {
              MATH.max(all, own, cols);
            }
          });
      return all;
    }

    private void round(
        boolean transposed, Matrix w, int inner, int cols, float[] factors, Codes codes) {
      forEachRow(
          transposed,
          w,
          inner,
          cols,
          (from, rows) -> {
            int[] rounded = codes.row();
            for (int i = 0; i < rows.length; i++) {
              if (factors != null) {
                MATH.multiply(rows[i], factors, cols);
              }
              codes.write(from + i, rows[i], cols, rounded);
            }
          });
    }

    @Override
    public void close() {
      packed.close();
      blocks.forEach(pool::give);
    }
  }

  /** What happens to some rows of weights [inner, cols]. */
  private interface RowsOfWeights {
    void run(int from, float[][] rows);
  }

  /** Reads weights by rows [inner, cols], whichever way they are stored. */
  private void forEachRow(boolean transposed, Matrix w, int inner, int cols, RowsOfWeights body) {
    Staging<float[]> stored = MATH.stage(w);
    int bands = (inner + ROWS - 1) / ROWS;
    workers.forEach(
        bands,
        band -> {
          int from = band * ROWS;
          int count = Math.min(ROWS, inner - from);
          float[][] rows = new float[count][cols];
          if (transposed) {
            float[] columns = new float[count];
            for (int j = 0; j < cols; j++) {
              stored.readBlock(j, 1, from, count, columns);
              for (int i = 0; i < count; i++) {
                rows[i][j] = columns[i];
              }
            }
          } else {
            for (int i = 0; i < count; i++) {
              stored.read(from + i, rows[i], cols);
            }
          }
          body.run(from, rows);
        });
  }

  /**
   * Rounds inputs; the steps of their rows are kept where there is an array for them.
   *
   * @param outliers are taken out; null for none
   */
  private void roundRows(Matrix x, OutlierColumns outliers, Codes codes, float[] steps) {
    int cols = x.cols();
    Staging<float[]> rows = MATH.stage(x);
    RowPartition.forEach(
        workers,
        x,
        (from, to) -> {
          float[] row = scratch.get().array(0, cols);
          float[] halves = scratch.get().array(1, cols);
          int[] rounded = codes.row();
          for (int i = from; i < to; i++) {
            rows.read(i, row, cols);
            if (outliers != null) {
              outliers.take(i, row);
            }
            if (steps != null) {
              float magnitude = FloatCodes.magnitude(row, cols, halves);
              MATH.scale(row, FloatCodes.factor(magnitude), cols);
              steps[i] = FloatCodes.step(magnitude);
            }
            codes.write(i, row, cols, rounded);
          }
        });
  }

  /** {@code y = activation(x op(w) + bias)} of F32 numbers, none empty; arguments are checked. */
  void run(Matrix x, boolean transW, Matrix w, Tensor bias, Activation activation, Matrix y) {
    AutoCloseable kept = PackedWeights.rounded(transW, w, () -> new Weights(transW, w));
    if (kept != null) {
      multiply(x, (Weights) kept, null, bias, activation, y);
      return;
    }
    try (Weights weights = new Weights(transW, w)) {
      multiply(x, weights, null, bias, activation, y);
    }
  }

  /** {@link Nn#int8Linear} of F32 numbers, none empty; arguments are checked. */
  void run(
      Matrix x,
      Matrix codes,
      Tensor scales,
      float threshold,
      Tensor bias,
      Activation activation,
      Matrix y) {
    AutoCloseable kept = PackedWeights.rounded(true, codes, () -> new Weights(codes, scales));
    Weights weights = kept == null ? new Weights(codes, scales) : (Weights) kept;
    try (OutlierColumns outliers = OutlierColumns.find(x, threshold, workers, pool)) {
      if (outliers != null) {
        outliers.expand(codes, weights.steps);
      }
      multiply(x, weights, outliers, bias, activation, y);
    } finally {
      if (kept == null) {
        weights.close();
      }
    }
  }

  private void multiply(
      Matrix x,
      Weights weights,
      OutlierColumns outliers,
      Tensor bias,
      Activation activation,
      Matrix y) {
    int bands = (x.rows() + BAND - 1) / BAND;
    float[] biases = bias == null ? null : bias.toFloats();
    float[] steps = weights.steps == null ? null : new float[x.rows()];
    Staging<float[]> output = MATH.stage(y);
    long start = CpuTensor.address(y);
    try (Codes codes = new Codes(x.rows(), x.cols())) {
      roundRows(x, outliers, codes, steps);
      workers.forEach(
          bands * weights.strips,
          task -> {
            int band = task / weights.strips;
            int strip = task % weights.strips;
            int top = RowPartition.cut(x.rows(), band, bands);
            int bottom = RowPartition.cut(x.rows(), band + 1, bands);
            int left = RowPartition.cut(y.cols(), strip, weights.strips);
            int right = RowPartition.cut(y.cols(), strip + 1, weights.strips);
            long target = start + (long) Float.BYTES * ((long) top * y.stride() + left);
            weights.packed.multiply(
                codes.address(top), codes.stride, bottom - top, strip, target, y.stride());
            Activation first = outliers == null ? activation : Activation.NONE;
            if (steps != null || biases != null || first != Activation.NONE) {
              finish(output, top, bottom, left, right, steps, weights.steps, biases, first);
            }
            if (outliers != null) {
              outliers.addProduct(top, bottom, left, right, target, y.stride());
              if (activation != Activation.NONE) {
                finish(output, top, bottom, left, right, null, null, null, activation);
              }
            }
          });
    }
  }

  /** What is left to do with sums of products while they are in the cache. */
  private void finish(
      Staging<float[]> y,
      int top,
      int bottom,
      int left,
      int right,
      float[] rowSteps,
      float[] colSteps,
      float[] bias,
      Activation activation) {
    int cols = right - left;
    Scratch<float[]> arrays = scratch.get();
    float[] row = arrays.array(0, cols);
    // The JVM vectorizes loops over arrays that are indexed alike.
    float[] steps = part(colSteps, left, cols, arrays.array(1, cols));
    float[] added = part(bias, left, cols, arrays.array(2, cols));
    for (int i = top; i < bottom; i++) {
      y.readBlock(i, 1, left, cols, row);
      if (steps != null) {
        float step = rowSteps[i];
        for (int j = 0; j < cols; j++) {
          row[j] = row[j] * step * steps[j];
        }
      }
      if (added != null) {
        MATH.add(row, added, cols);
      }
      MATH.activate(activation, row, cols);
      y.writeBlock(i, 1, left, cols, row);
    }
  }

  private static float[] part(float[] of, int from, int count, float[] target) {
    if (of == null) {
      return null;
    }
    System.arraycopy(of, from, target, 0, count);
    return target;
  }
}
