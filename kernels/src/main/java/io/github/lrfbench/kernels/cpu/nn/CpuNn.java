package io.github.lrfbench.kernels.cpu.nn;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.ProductRounding;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cpu.blas.SmallProducts;
import io.github.lrfbench.kernels.cpu.memory.BlockPool;
import io.github.lrfbench.kernels.cpu.memory.CpuTensor;
import io.github.lrfbench.kernels.cpu.rounded.RoundedProducts;
import io.github.lrfbench.kernels.cpu.rows.DoubleRowMath;
import io.github.lrfbench.kernels.cpu.rows.FloatRowMath;
import io.github.lrfbench.kernels.cpu.rows.RowMath;
import io.github.lrfbench.kernels.host.NnArguments;
import io.github.lrfbench.kernels.host.Workers;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Mask;
import io.github.lrfbench.kernels.ops.Nn;
import io.github.lrfbench.kernels.ops.Segments;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** {@link Nn} on the processor: checks the arguments and hands them to the kernel of their type. */
public final class CpuNn implements Nn {
  private static final NnArguments CHECK = new NnArguments(CpuTensor.ARGUMENTS, CpuTensor.INDICES);

  private record Kernels<A>(
      RowKernels<A> rows,
      LinearKernel<A> linear,
      AttentionKernel<A> attention,
      CachedAttentionKernel<A> cachedAttention,
      DequantizeKernel<A> dequantize,
      MaskKernels<A> masks,
      LargestKernel<A> largest) {
    static <A> Kernels<A> of(RowMath<A> math, Workers workers, BlockPool pool) {
      RowKernels<A> rows = new RowKernels<>(math, workers);
      return new Kernels<>(
          rows,
          new LinearKernel<>(math, rows, workers, pool, SmallProducts.areFast(math.dtype())),
          new AttentionKernel<>(math, workers, pool),
          new CachedAttentionKernel<>(math, workers, pool),
          new DequantizeKernel<>(math, workers),
          new MaskKernels<>(math, workers),
          new LargestKernel<>(math, workers));
    }
  }

  private final Kernels<float[]> floats;
  private final Kernels<double[]> doubles;

  /** Layers whose products are rounded; null where none are. */
  private final RoundedLinearKernel rounded;

  /** Layers of codes whose inputs are rounded to 8 bits; null before the first. */
  private volatile RoundedLinearKernel int8;

  private final Workers workers;
  private final BlockPool pool;
  private final AtomicInteger pauses = new AtomicInteger();

  /**
   * Operations that these workers share, with scratch memory of the pool.
   *
   * @param rounding what factors of layers' products are rounded to
   * @param products computes rounded products; null where there are none
   */
  public CpuNn(
      Workers workers, BlockPool pool, ProductRounding rounding, RoundedProducts products) {
    this.workers = workers;
    this.pool = pool;
    rounded = products == null ? null : new RoundedLinearKernel(rounding, products, workers, pool);
    int8 = rounding == ProductRounding.INT8 ? rounded : null;
    floats = Kernels.of(FloatRowMath.INSTANCE, workers, pool);
    doubles = Kernels.of(DoubleRowMath.INSTANCE, workers, pool);
  }

  /** What computes rounded products; null where there were none to compute so far. */
  public RoundedProducts roundedProducts() {
    RoundedLinearKernel kernel = rounded == null ? int8 : rounded;
    return kernel == null ? null : kernel.products();
  }

  /** From now on products are not rounded, until as many calls of the other have been made. */
  public void pauseRounding() {
    pauses.incrementAndGet();
  }

  /** See {@link #pauseRounding}. */
  public void resumeRounding() {
    pauses.decrementAndGet();
  }

  private Kernels<?> kernels(Matrix matrix) {
    return matrix.dtype() == DType.F64 ? doubles : floats;
  }

  @Override
  public void linear(
      Matrix x, boolean transW, Matrix w, Tensor bias, Activation activation, Matrix y) {
    CHECK.linear(x, transW, w, bias, y);
    boolean empty = y.rows() == 0 || w.rows() == 0 || w.cols() == 0;
    boolean rounds = rounded != null && pauses.get() == 0 && y.dtype() == DType.F32;
    if (rounds && !empty) {
      rounded.run(x, transW, w, bias, activation, y);
      return;
    }
    kernels(y).linear().run(x, transW, w, bias, activation, y);
  }

  @Override
  public void lowRank(
      Matrix x, Matrix down, Matrix up, Tensor bias, Activation activation, Matrix y) {
    CHECK.lowRank(x, down, up, bias, y);
    Nn.super.lowRank(x, down, up, bias, activation, y);
  }

  @Override
  public void biasActivation(Matrix x, Tensor bias, Activation activation) {
    CHECK.biasActivation(x, bias);
    kernels(x).rows().biasActivation(x, bias, activation);
  }

  @Override
  public void layerNorm(
      Matrix x, Tensor bias, Matrix residual, Tensor gamma, Tensor beta, double eps, Matrix y) {
    CHECK.layerNorm(x, bias, residual, gamma, beta, y);
    kernels(x).rows().layerNorm(x, bias, residual, gamma, beta, eps, null, y);
  }

  @Override
  public void addLayerNorm(
      Matrix x, Matrix residual, Tensor gamma, Tensor beta, double eps, Matrix sum, Matrix y) {
    CHECK.addLayerNorm(x, residual, gamma, beta, sum, y);
    kernels(x).rows().layerNorm(x, null, residual, gamma, beta, eps, sum, y);
  }

  @Override
  public void embed(
      Tensor ids,
      Matrix word,
      Tensor positions,
      Matrix position,
      Tensor types,
      Matrix type,
      Matrix y) {
    List<Matrix> tables = new ArrayList<>();
    List<int[]> indices = new ArrayList<>();
    addTable("word", ids, word, y, tables, indices);
    if (positions != null || position != null) {
      addTable("position", positions, position, y, tables, indices);
    }
    if (types != null || type != null) {
      addTable("type", types, type, y, tables, indices);
    }
    kernels(y).rows().gather(tables.toArray(Matrix[]::new), indices.toArray(int[][]::new), y);
  }

  private static void addTable(
      String name, Tensor index, Matrix table, Matrix y, List<Matrix> tables, List<int[]> indices) {
    indices.add(CHECK.embed(name, index, table, y));
    tables.add(table);
  }

  @Override
  public void attention(
      Matrix q,
      Matrix k,
      Matrix v,
      Segments segments,
      int heads,
      double scale,
      boolean causal,
      Matrix y) {
    int[] offsets = CHECK.attention(q, k, v, segments, heads, y);
    kernels(q).attention().run(new AttentionKernel.Call(q, k, v, offsets, heads, scale, causal, y));
  }

  @Override
  public void cachedAttention(
      Matrix q,
      Matrix keys,
      Matrix values,
      Tensor rows,
      Tensor lengths,
      int heads,
      double scale,
      Matrix y) {
    NnArguments.CacheIndices indices =
        CHECK.cachedAttention(q, keys, values, rows, lengths, heads, y);
    kernels(q)
        .cachedAttention()
        .run(new CachedAttentionKernel.Call(q, keys, values, indices, heads, scale, y));
  }

  @Override
  public void crossEntropy(Matrix x, Tensor targets, Tensor losses) {
    int[] columns = CHECK.crossEntropy(x, targets, losses);
    kernels(x).rows().crossEntropy(x, columns, losses);
  }

  @Override
  public void scaledMaskedSoftmax(Matrix x, double scale, Tensor valid) {
    int[] lengths = CHECK.scaledMaskedSoftmax(x, valid);
    kernels(x).rows().softmax(x, scale, lengths);
  }

  @Override
  public void gatherRows(Matrix x, Tensor rows, Matrix y) {
    int[] index = CHECK.gatherRows(x, rows, y);
    kernels(y).rows().gather(new Matrix[] {x}, new int[][] {index}, y);
  }

  @Override
  public void gatherColumns(Matrix x, Tensor columns, Matrix y) {
    int[] index = CHECK.gatherColumns(x, columns, y);
    kernels(y).rows().gatherColumns(x, index, y);
  }

  @Override
  public void scatterRows(Matrix x, Tensor rows, Matrix y) {
    int[] index = CHECK.scatterRows(x, rows, y);
    kernels(y).rows().scatter(x, index, y);
  }

  @Override
  public void add(Matrix x, Matrix y) {
    CHECK.add(x, y);
    kernels(y).rows().add(x, y);
  }

  @Override
  public void spread(Matrix x, int parts, Matrix y) {
    CHECK.spread(x, parts, y);
    kernels(y).rows().spread(x, parts, y);
  }

  @Override
  public void swapAxes(Matrix x, int first, int second, Matrix y) {
    CHECK.swapAxes(x, first, second, y);
    kernels(y).rows().swapAxes(x, first, second, y);
  }

  @Override
  public void khatriRao(Matrix a, Matrix b, Matrix y) {
    CHECK.khatriRao(a, b, y);
    kernels(y).rows().khatriRao(a, b, y);
  }

  @Override
  public void dequantize(Matrix codes, int bits, Tensor scales, Tensor zeros, int group, Matrix y) {
    CHECK.dequantize(codes, bits, scales, zeros, group, y);
    kernels(y).dequantize().run(codes, bits, scales, zeros, group, y);
  }

  @Override
  public void palette(Matrix codes, int bits, Tensor tables, int rows, Matrix y) {
    CHECK.palette(codes, bits, tables, rows, y);
    kernels(y).dequantize().lookUp(codes, bits, tables, rows, y);
  }

  @Override
  public void int8Linear(
      Matrix x,
      Matrix codes,
      Tensor scales,
      float threshold,
      Tensor bias,
      Activation activation,
      Matrix y) {
    CHECK.int8Linear(x, codes, scales, threshold, bias, y);
    if (y.rows() == 0 || y.cols() == 0) {
      return;
    }
    if (x.cols() == 0) {
      try (Scope work = y.device().openScope()) {
        Matrix none = Matrix.of(work.allocate(DType.F32, y.cols(), 0));
        linear(x, true, none, bias, activation, y);
      }
      return;
    }
    int8().run(x, codes, scales, threshold, bias, activation, y);
  }

  /** A library for 8 bits takes a moment to load, and is asked for where a model needs it. */
  private RoundedLinearKernel int8() {
    RoundedLinearKernel found = int8;
    if (found == null) {
      synchronized (this) {
        if (int8 == null) {
          RoundedProducts products = RoundedProducts.of(ProductRounding.INT8);
          int8 = new RoundedLinearKernel(ProductRounding.INT8, products, workers, pool);
        }
        found = int8;
      }
    }
    return found;
  }

  @Override
  public void unmask(Mask mask, Tensor values, Matrix y) {
    CHECK.unmask(mask, values, y);
    kernels(y).masks().unmask(mask, values, y);
  }

  @Override
  public void addToLargest(Matrix x, Matrix w, int count, Matrix y) {
    CHECK.addToLargest(x, w, count, y);
    kernels(y).largest().run(x, w, count, y);
  }

  @Override
  public void meanPool(Matrix x, Segments segments, Matrix y) {
    int[] offsets = CHECK.meanPool(x, segments, y);
    kernels(x).rows().means(x, offsets, y);
  }
}
