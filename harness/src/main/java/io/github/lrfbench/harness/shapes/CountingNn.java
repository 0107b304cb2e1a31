package io.github.lrfbench.harness.shapes;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Mask;
import io.github.lrfbench.kernels.ops.Nn;
import io.github.lrfbench.kernels.ops.Segments;
import java.util.function.Consumer;

/**
 * Operations of networks that are counted, each as one launch of a kernel that reads and writes
 * every argument once: fused as {@link Nn} says, a low-rank layer as its two products. Of an
 * attention the scores never leave the processor (Dao et al. 2022), and all sequences are of one
 * length.
 */
record CountingNn(Consumer<Work> log) implements Nn {
  /** What a matrix takes without the gaps between its rows. */
  static long bytes(Matrix x) {
    return x == null ? 0 : numbers(x) * x.dtype().bytes();
  }

  private static long numbers(Matrix x) {
    return (long) x.rows() * x.cols();
  }

  private static long bytes(Tensor x) {
    return x == null ? 0 : x.shape().size() * x.dtype().bytes();
  }

  private void note(String operation, long flops, long bytes) {
    log.accept(new Work(operation, 0, flops, bytes));
  }

  private static long elementwise(Matrix y, Tensor bias, Activation activation) {
    return numbers(y) * ((bias == null ? 0 : 1) + OtherFlops.of(activation));
  }

  @Override
  public void linear(
      Matrix x, boolean transW, Matrix w, Tensor bias, Activation activation, Matrix y) {
    log.accept(
        Work.product(x.rows(), x.cols(), y.cols(), y.dtype())
            .and("linear", elementwise(y, bias, activation), bytes(bias)));
  }

  @Override
  public void biasActivation(Matrix x, Tensor bias, Activation activation) {
    note("biasActivation", elementwise(x, bias, activation), 2 * bytes(x) + bytes(bias));
  }

  @Override
  public void layerNorm(
      Matrix x, Tensor bias, Matrix residual, Tensor gamma, Tensor beta, double eps, Matrix y) {
    int sums = (bias == null ? 0 : 1) + (residual == null ? 0 : 1);
    note(
        "layerNorm",
        numbers(x) * (OtherFlops.NORM + sums),
        bytes(x) + bytes(bias) + bytes(residual) + bytes(gamma) + bytes(beta) + bytes(y));
  }

  @Override
  public void addLayerNorm(
      Matrix x, Matrix residual, Tensor gamma, Tensor beta, double eps, Matrix sum, Matrix y) {
    note(
        "addLayerNorm",
        numbers(x) * (OtherFlops.NORM + 1),
        bytes(x) + bytes(residual) + bytes(gamma) + bytes(beta) + bytes(sum) + bytes(y));
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
    int tables = 1 + (position == null ? 0 : 1) + (type == null ? 0 : 1);
    note(
        "embed",
        numbers(y) * (tables - 1),
        bytes(ids) + bytes(positions) + bytes(types) + (tables + 1) * bytes(y));
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
    long length = q.rows() / segments.count();
    long seen = segments.count() * (causal ? length * (length + 1) / 2 : length * length);
    attention("attention", seen, q, heads, y, bytes(k) + bytes(v));
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
    // The cache of a timed pass is full.
    long seen = rows.shape().size();
    long read = seen * (keys.cols() + values.cols()) * keys.dtype().bytes();
    attention("cachedAttention", seen, q, heads, y, read + bytes(rows) + bytes(lengths));
  }

  /** Scores, and their product with the values. */
  private void attention(String name, long seen, Matrix q, int heads, Matrix y, long read) {
    long products = 2 * seen * (q.cols() + y.cols());
    long softmax = seen * heads * OtherFlops.SOFTMAX;
    log.accept(new Work(name, products, softmax, bytes(q) + read + bytes(y)));
  }

  @Override
  public void crossEntropy(Matrix x, Tensor targets, Tensor losses) {
    note(
        "crossEntropy", numbers(x) * OtherFlops.SOFTMAX, bytes(x) + bytes(targets) + bytes(losses));
  }

  @Override
  public void scaledMaskedSoftmax(Matrix x, double scale, Tensor valid) {
    note("softmax", numbers(x) * OtherFlops.SOFTMAX, 2 * bytes(x) + bytes(valid));
  }

  @Override
  public void gatherRows(Matrix x, Tensor rows, Matrix y) {
    note("gatherRows", 0, 2 * bytes(y) + bytes(rows));
  }

  @Override
  public void scatterRows(Matrix x, Tensor rows, Matrix y) {
    note("scatterRows", 0, 2 * bytes(x) + bytes(rows));
  }

  @Override
  public void gatherColumns(Matrix x, Tensor columns, Matrix y) {
    note("gatherColumns", 0, 2 * bytes(y) + bytes(columns));
  }

  @Override
  public void add(Matrix x, Matrix y) {
    note("add", numbers(y), bytes(x) + 2 * bytes(y));
  }

  @Override
  public void spread(Matrix x, int parts, Matrix y) {
    note("spread", 0, bytes(x) + bytes(y));
  }

  @Override
  public void swapAxes(Matrix x, int first, int second, Matrix y) {
    note("swapAxes", 0, bytes(x) + bytes(y));
  }

  @Override
  public void khatriRao(Matrix a, Matrix b, Matrix y) {
    note("khatriRao", numbers(y), bytes(a) + bytes(b) + bytes(y));
  }

  @Override
  public void dequantize(Matrix codes, int bits, Tensor scales, Tensor zeros, int group, Matrix y) {
    note(
        "dequantize",
        numbers(y) * (zeros == null ? 1 : 2),
        bytes(codes) + bytes(scales) + bytes(zeros) + bytes(y));
  }

  @Override
  public void palette(Matrix codes, int bits, Tensor tables, int rows, Matrix y) {
    note("palette", 0, bytes(codes) + bytes(tables) + bytes(y));
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
    long products = (long) x.rows() * x.cols() * y.cols();
    long read = bytes(x) + bytes(codes) + bytes(scales) + bytes(bias);
    // A factor and a rounding for each input, and both scales for each output.
    long others = elementwise(y, bias, activation) + 2 * (numbers(x) + numbers(y));
    log.accept(new Work("int8Linear", 2 * products, others, read + bytes(y)));
  }

  @Override
  public void unmask(Mask mask, Tensor values, Matrix y) {
    note("unmask", 0, bytes(mask.bits()) + bytes(values) + bytes(y));
  }

  @Override
  public void addToLargest(Matrix x, Matrix w, int count, Matrix y) {
    long products = (long) x.rows() * count * x.cols();
    long read = products * w.dtype().bytes();
    log.accept(new Work("addToLargest", 2 * products, numbers(y), bytes(x) + read + 2 * bytes(y)));
  }

  @Override
  public void meanPool(Matrix x, Segments segments, Matrix y) {
    note("meanPool", numbers(x), bytes(x) + bytes(y));
  }
}
