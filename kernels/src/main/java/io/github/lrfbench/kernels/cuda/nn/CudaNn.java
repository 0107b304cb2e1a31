package io.github.lrfbench.kernels.cuda.nn;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cuda.blas.Gemm;
import io.github.lrfbench.kernels.cuda.lowrank.LowRankCrossover;
import io.github.lrfbench.kernels.cuda.lowrank.LowRankLauncher;
import io.github.lrfbench.kernels.cuda.module.Grid;
import io.github.lrfbench.kernels.cuda.module.KernelVariant;
import io.github.lrfbench.kernels.cuda.tensor.CudaTensor;
import io.github.lrfbench.kernels.cuda.tensor.ElementTypes;
import io.github.lrfbench.kernels.cuda.tensor.Gpu;
import io.github.lrfbench.kernels.cuda.tensor.Operand;
import io.github.lrfbench.kernels.cuda.tensor.RowLaunch;
import io.github.lrfbench.kernels.cuda.tensor.TensorCores;
import io.github.lrfbench.kernels.host.Indices;
import io.github.lrfbench.kernels.host.NnArguments;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Dropout;
import io.github.lrfbench.kernels.ops.Mask;
import io.github.lrfbench.kernels.ops.Nn;
import io.github.lrfbench.kernels.ops.Segments;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * {@link Nn} on a GPU: products by cuBLAS, all else by our own kernels. Nothing waits for the
 * device; indices are checked on the host's copies.
 */
public final class CudaNn implements Nn {
  private static final int THREADS = 256;
  private static final int WARP = 32;

  /** Rows for which codes are expanded in registers, once for all of them. */
  private static final int FEW_ROWS = 8;

  private final Gpu device;
  private final NnArguments check;
  private final Gemm products;
  private final AttentionLauncher attention;
  private final LowRankLauncher lowRank;
  private final Int8Launcher int8;

  /** Whether factors of layers' products in F32 are rounded to 8 bits. */
  private final boolean rounds;

  private final AtomicInteger pauses = new AtomicInteger();
  private volatile LowRankCrossover crossover;

  /**
   * Operations of a device, with these products.
   *
   * @param rounds whether factors of layers' products in F32 are rounded to 8 bits
   */
  public CudaNn(Gpu device, Gemm products, boolean rounds) {
    this.device = device;
    this.rounds = rounds;
    Indices indices = new Indices(device.arguments(), tensor -> CudaTensor.of(tensor).hostInts());
    check = new NnArguments(device.arguments(), indices);
    this.products = products;
    attention = new AttentionLauncher(device);
    lowRank = new LowRankLauncher(device);
    int8 = new Int8Launcher(device);
    crossover = LowRankCrossover.read(device);
  }

  /** From now on, chooses the form of low-rank products by other times. */
  public void use(LowRankCrossover measured) {
    crossover = measured;
  }

  /** From now on products are not rounded to 8 bits, until as many calls of the other were made. */
  public void pauseRounding() {
    pauses.incrementAndGet();
  }

  /** See {@link #pauseRounding}. */
  public void resumeRounding() {
    pauses.decrementAndGet();
  }

  private boolean rounds(Matrix y) {
    return rounds && pauses.get() == 0 && y.dtype() == DType.F32;
  }

  @Override
  public void linear(
      Matrix x, boolean transW, Matrix w, Tensor bias, Activation activation, Matrix y) {
    check.linear(x, transW, w, bias, y);
    if (rounds(y) && y.rows() > 0 && w.rows() > 0 && w.cols() > 0) {
      int8.rounded(x, transW, w, bias, activation, y);
      return;
    }
    products.run(false, transW, 1, x, w, 0, y);
    addAndActivate(y, bias, activation);
  }

  @Override
  public void lowRank(
      Matrix x, Matrix down, Matrix up, Tensor bias, Activation activation, Matrix y) {
    check.lowRank(x, down, up, bias, y);
    boolean tensorCores = TensorCores.multiply(x.dtype(), device.properties());
    boolean wanted =
        !rounds(y)
            && crossover.prefersFused(
                x.dtype(), x.rows(), x.cols(), down.cols(), y.cols(), tensorCores);
    if (!wanted || !lowRank.run(x, down, up, bias, activation, y)) {
      Nn.super.lowRank(x, down, up, bias, activation, y);
    }
  }

  @Override
  public void biasActivation(Matrix x, Tensor bias, Activation activation) {
    check.biasActivation(x, bias);
    addAndActivate(x, bias, activation);
  }

  private void addAndActivate(Matrix x, Tensor bias, Activation activation) {
    if (bias == null && activation == Activation.NONE) {
      return;
    }
    Operand matrix = Operand.of(x);
    Operand added = Operand.of(bias);
    int vector = Operand.vector(x.dtype(), matrix, added);
    KernelVariant variant =
        ElementTypes.variant("bias_activation", x.dtype())
            .with("ACTIVATION", activation)
            .with("VECTOR", vector);
    launch(
        variant,
        Grid.covering((long) x.rows() * (x.cols() / vector), THREADS),
        THREADS,
        matrix.address(),
        matrix.stride(),
        added.address(),
        x.rows(),
        x.cols());
  }

  @Override
  public void layerNorm(
      Matrix x, Tensor bias, Matrix residual, Tensor gamma, Tensor beta, double eps, Matrix y) {
    check.layerNorm(x, bias, residual, gamma, beta, y);
    norm(x, bias, residual, gamma, beta, eps, null, y);
  }

  @Override
  public void addLayerNorm(
      Matrix x, Matrix residual, Tensor gamma, Tensor beta, double eps, Matrix sum, Matrix y) {
    check.addLayerNorm(x, residual, gamma, beta, sum, y);
    norm(x, null, residual, gamma, beta, eps, sum, y);
  }

  private void norm(
      Matrix x,
      Tensor bias,
      Matrix residual,
      Tensor gamma,
      Tensor beta,
      double eps,
      Matrix sum,
      Matrix y) {
    Operand input = Operand.of(x);
    Operand added = Operand.of(bias);
    Operand other = Operand.of(residual);
    Operand scale = Operand.of(gamma);
    Operand shift = Operand.of(beta);
    Operand kept = Operand.of(sum);
    Operand output = Operand.of(y);
    int vector = Operand.vector(x.dtype(), input, added, other, scale, shift, kept, output);
    RowLaunch row = RowLaunch.of("layerNorm", x.cols(), vector);
    launch(
        row.in(ElementTypes.variant("layer_norm", x.dtype()).with("VECTOR", vector)),
        rows(x),
        row.threads(),
        input.address(),
        input.stride(),
        added.address(),
        other.address(),
        other.stride(),
        scale.address(),
        shift.address(),
        eps,
        kept.address(),
        kept.stride(),
        output.address(),
        output.stride(),
        x.cols());
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
    check.embed("word", ids, word, y);
    if (positions != null || position != null) {
      check.embed("position", positions, position, y);
    }
    if (types != null || type != null) {
      check.embed("type", types, type, y);
    }
    addRows(ids, word, positions, position, types, type, y);
  }

  @Override
  public void gatherRows(Matrix x, Tensor rows, Matrix y) {
    check.gatherRows(x, rows, y);
    addRows(rows, x, null, null, null, null, y);
  }

  private void addRows(
      Tensor ids,
      Matrix word,
      Tensor positions,
      Matrix position,
      Tensor types,
      Matrix type,
      Matrix y) {
    Operand words = Operand.of(word);
    Operand second = Operand.of(position);
    Operand third = Operand.of(type);
    Operand output = Operand.of(y);
    int vector = Operand.vector(y.dtype(), words, second, third, output);
    launch(
        ElementTypes.variant("embed", y.dtype()).with("VECTOR", vector),
        Grid.covering((long) y.rows() * (y.cols() / vector), THREADS),
        THREADS,
        address(ids),
        words.address(),
        words.stride(),
        words.rows(),
        address(positions),
        second.address(),
        second.stride(),
        second.rows(),
        address(types),
        third.address(),
        third.stride(),
        third.rows(),
        output.address(),
        output.stride(),
        y.rows(),
        y.cols());
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
    int[] offsets = check.attention(q, k, v, segments, heads, y);
    attention.run(
        AttentionCall.of(q, k, v, segments, offsets, heads, scale, causal, Dropout.NONE), y);
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
    check.cachedAttention(q, keys, values, rows, lengths, heads, y);
    attention.runCached(q, keys, values, rows, lengths, heads, scale, y);
  }

  @Override
  public void crossEntropy(Matrix x, Tensor targets, Tensor losses) {
    check.crossEntropy(x, targets, losses);
    launch(
        ElementTypes.variant("cross_entropy", x.dtype()),
        rows(x),
        THREADS,
        CudaTensor.address(x),
        (long) x.stride(),
        address(targets),
        address(losses),
        x.cols());
  }

  @Override
  public void scaledMaskedSoftmax(Matrix x, double scale, Tensor valid) {
    check.scaledMaskedSoftmax(x, valid);
    if (x.cols() == 0) {
      return;
    }
    Operand matrix = Operand.of(x);
    int vector = Operand.vector(x.dtype(), matrix);
    RowLaunch row = RowLaunch.of("scaledMaskedSoftmax", x.cols(), vector);
    launch(
        row.in(ElementTypes.variant("softmax", x.dtype()).with("VECTOR", vector)),
        rows(x),
        row.threads(),
        matrix.address(),
        matrix.stride(),
        scale,
        address(valid),
        x.cols());
  }

  @Override
  public void scatterRows(Matrix x, Tensor rows, Matrix y) {
    check.scatterRows(x, rows, y);
    Operand input = Operand.of(x);
    Operand output = Operand.of(y);
    int vector = Operand.vector(x.dtype(), input, output);
    launch(
        ElementTypes.variant("scatter_rows", x.dtype()).with("VECTOR", vector),
        Grid.covering((long) x.rows() * (x.cols() / vector), THREADS),
        THREADS,
        input.address(),
        input.stride(),
        address(rows),
        output.address(),
        output.stride(),
        x.rows(),
        x.cols(),
        y.rows());
  }

  @Override
  public void gatherColumns(Matrix x, Tensor columns, Matrix y) {
    check.gatherColumns(x, columns, y);
    launch(
        ElementTypes.variant("gather_columns", x.dtype()),
        Grid.covering((long) y.rows() * y.cols(), THREADS),
        THREADS,
        CudaTensor.address(x),
        (long) x.stride(),
        address(columns),
        CudaTensor.address(y),
        (long) y.stride(),
        y.rows(),
        y.cols(),
        x.cols());
  }

  @Override
  public void add(Matrix x, Matrix y) {
    check.add(x, y);
    Operand input = Operand.of(x);
    Operand output = Operand.of(y);
    int vector = Operand.vector(x.dtype(), input, output);
    launch(
        ElementTypes.variant("add_scaled", x.dtype()).with("VECTOR", vector),
        Grid.covering((long) y.rows() * (y.cols() / vector), THREADS),
        THREADS,
        input.address(),
        input.stride(),
        output.address(),
        output.stride(),
        y.rows(),
        y.cols(),
        1.0);
  }

  @Override
  public void spread(Matrix x, int parts, Matrix y) {
    check.spread(x, parts, y);
    Operand input = Operand.of(x.columns(0, x.cols() / parts));
    Operand output = Operand.of(y.columns(0, y.cols() / parts));
    int vector = Operand.vector(x.dtype(), input, output);
    launch(
        ElementTypes.variant("spread", x.dtype()).with("VECTOR", vector),
        Grid.covering((long) y.rows() * (y.cols() / vector), THREADS),
        THREADS,
        input.address(),
        input.stride(),
        output.address(),
        output.stride(),
        y.rows(),
        y.cols(),
        input.cols(),
        output.cols());
  }

  @Override
  public void swapAxes(Matrix x, int first, int second, Matrix y) {
    check.swapAxes(x, first, second, y);
    launch(
        ElementTypes.variant("swap_axes", x.dtype()),
        Grid.covering((long) y.rows() * y.cols(), THREADS),
        THREADS,
        CudaTensor.address(x),
        (long) x.stride(),
        CudaTensor.address(y),
        (long) y.stride(),
        y.rows(),
        first,
        second);
  }

  @Override
  public void khatriRao(Matrix a, Matrix b, Matrix y) {
    check.khatriRao(a, b, y);
    Operand left = Operand.of(a);
    Operand right = Operand.of(b);
    Operand output = Operand.of(y);
    int vector = Operand.vector(y.dtype(), left, right, output);
    launch(
        ElementTypes.variant("khatri_rao", y.dtype()).with("VECTOR", vector),
        Grid.covering((long) y.rows() * (y.cols() / vector), THREADS),
        THREADS,
        left.address(),
        left.stride(),
        right.address(),
        right.stride(),
        output.address(),
        output.stride(),
        y.rows(),
        y.cols(),
        b.rows());
  }

  @Override
  public void dequantize(Matrix codes, int bits, Tensor scales, Tensor zeros, int group, Matrix y) {
    check.dequantize(codes, bits, scales, zeros, group, y);
    Operand output = Operand.of(y);
    int vector = vector(output, y.dtype(), codes, bits);
    launch(
        ElementTypes.variant("dequantize", y.dtype()).with("BITS", bits).with("VECTOR", vector),
        Grid.covering((long) y.rows() * (y.cols() / vector), THREADS),
        THREADS,
        CudaTensor.address(codes),
        (long) codes.stride(),
        address(scales),
        address(zeros),
        constants(scales, y.cols(), group),
        group,
        output.address(),
        output.stride(),
        y.rows(),
        y.cols());
  }

  /** Elements of a matrix that are read or written at once, with their codes. */
  private static int vector(Operand matrix, DType dtype, Matrix codes, int bits) {
    int vector = Operand.vector(dtype, matrix);
    if (bits == Byte.SIZE || bits == Byte.SIZE / 2) {
      int bytes = Math.max(1, vector * bits / Byte.SIZE);
      return Operand.vector(bytes, Operand.of(codes)) == bytes ? vector : 1;
    }
    return vector;
  }

  /** From one row's constants to the next one's. */
  private static long constants(Tensor scales, int cols, int group) {
    return scales.shape().size() == 1 ? 0 : (cols - 1L + group) / group;
  }

  /** Of few rows, whose time is that of reading the codes. */
  @Override
  public boolean codedLinear(
      Matrix x,
      Matrix codes,
      int bits,
      Tensor scales,
      Tensor zeros,
      int group,
      Tensor bias,
      Activation activation,
      Matrix y) {
    check.codedLinear(x, codes, bits, scales, zeros, group, bias, y);
    if (x.rows() > FEW_ROWS || rounds(y)) {
      return false;
    }
    if (y.rows() == 0 || y.cols() == 0) {
      return true;
    }
    Operand input = Operand.of(x);
    launch(
        ElementTypes.variant("coded_rows", y.dtype())
            .with("BITS", bits)
            .with("VECTOR", vector(input, x.dtype(), codes, bits))
            .with("ROWS", x.rows() == 1 ? 1 : FEW_ROWS)
            .with("ACTIVATION", activation),
        Grid.covering(y.cols(), THREADS / WARP),
        THREADS,
        input.address(),
        input.stride(),
        CudaTensor.address(codes),
        (long) codes.stride(),
        address(scales),
        address(zeros),
        constants(scales, x.cols(), group),
        group,
        address(bias),
        CudaTensor.address(y),
        (long) y.stride(),
        y.rows(),
        x.cols(),
        y.cols());
    return true;
  }

  @Override
  public void palette(Matrix codes, int bits, Tensor tables, int rows, Matrix y) {
    check.palette(codes, bits, tables, rows, y);
    Operand output = Operand.of(y);
    int vector = Operand.vector(y.dtype(), output);
    launch(
        ElementTypes.variant("palette", y.dtype()).with("BITS", bits).with("VECTOR", vector),
        Grid.covering((long) y.rows() * (y.cols() / vector), THREADS),
        THREADS,
        CudaTensor.address(codes),
        (long) codes.stride(),
        address(tables),
        rows,
        output.address(),
        output.stride(),
        y.rows(),
        y.cols());
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
    check.int8Linear(x, codes, scales, threshold, bias, y);
    int8.linear(x, codes, scales, threshold, bias, activation, y);
  }

  @Override
  public void unmask(Mask mask, Tensor values, Matrix y) {
    check.unmask(mask, values, y);
    launch(
        ElementTypes.variant("unmask", y.dtype()),
        Grid.covering((long) y.rows() * WARP, THREADS),
        THREADS,
        CudaTensor.address(mask.bits()),
        (long) mask.bits().stride(),
        address(mask.offsets()),
        address(values),
        CudaTensor.address(y),
        (long) y.stride(),
        y.rows(),
        y.cols());
  }

  @Override
  public void addToLargest(Matrix x, Matrix w, int count, Matrix y) {
    check.addToLargest(x, w, count, y);
    if (count == 0 || x.cols() == 0 || y.rows() == 0) {
      return;
    }
    // Of each row the smallest of its largest: a key of eight bytes and a column.
    try (Scope work = y.device().openScope()) {
      Tensor bounds = work.allocate(DType.I32, 4L * y.rows());
      launch(
          ElementTypes.variant("largest_bounds", y.dtype()),
          rows(y),
          THREADS,
          CudaTensor.address(y),
          (long) y.stride(),
          count,
          address(bounds),
          y.cols());
      launch(
          ElementTypes.variant("add_to_largest", y.dtype()),
          Grid.of((long) y.rows() * ((y.cols() + THREADS - 1) / THREADS)),
          THREADS,
          CudaTensor.address(x),
          (long) x.stride(),
          CudaTensor.address(w),
          (long) w.stride(),
          x.cols(),
          address(bounds),
          CudaTensor.address(y),
          (long) y.stride(),
          y.cols());
    }
  }

  @Override
  public void meanPool(Matrix x, Segments segments, Matrix y) {
    check.meanPool(x, segments, y);
    Operand input = Operand.of(x);
    Operand output = Operand.of(y);
    int vector = Operand.vector(x.dtype(), input, output);
    launch(
        ElementTypes.variant("mean_pool", x.dtype()).with("VECTOR", vector),
        new Grid((x.cols() / vector + WARP - 1) / WARP, y.rows(), 1),
        THREADS,
        input.address(),
        input.stride(),
        address(segments.offsets()),
        output.address(),
        output.stride(),
        x.rows(),
        x.cols());
  }

  private void launch(KernelVariant variant, Grid grid, int threads, Object... arguments) {
    if (!grid.isEmpty()) {
      device
          .modules()
          .kernel(variant)
          .launch(device.stream().handle(), grid, threads, 0, arguments);
    }
  }

  /** A block for every row, none if the rows are empty. */
  private static Grid rows(Matrix x) {
    return Grid.of(x.cols() == 0 ? 0 : x.rows());
  }

  private static long address(Tensor tensor) {
    return tensor == null ? 0 : CudaTensor.of(tensor).address();
  }
}
