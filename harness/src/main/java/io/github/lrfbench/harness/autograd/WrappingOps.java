package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Segments;

/** Operations that other operations of a pass run, which may be recorded. */
abstract class WrappingOps extends DelegatingOps {
  private final Ops ops;

  /**
   * Wrapped operations.
   *
   * @param ops run them; closed with this
   */
  WrappingOps(Ops ops) {
    super(ops);
    this.ops = ops;
  }

  final Ops wrapped() {
    return ops;
  }

  @Override
  public final Tensor allocate(DType dtype, long... dims) {
    return ops.allocate(dtype, dims);
  }

  @Override
  public void apply(Layer layer, Matrix x, Activation activation, Matrix y) {
    ops.apply(layer, x, activation, y);
  }

  @Override
  public final Matrix dropout(Matrix x, double rate) {
    return ops.dropout(x, rate);
  }

  @Override
  public final void addLowRank(Matrix x, Matrix down, Matrix up, double scale, Matrix y) {
    ops.addLowRank(x, down, up, scale, y);
  }

  @Override
  public final void attention(
      Matrix q,
      Matrix k,
      Matrix v,
      Segments segments,
      int heads,
      double scale,
      boolean causal,
      Matrix y) {
    attention(q, k, v, segments, heads, scale, causal, 0, y);
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
      double dropoutRate,
      Matrix y) {
    ops.attention(q, k, v, segments, heads, scale, causal, dropoutRate, y);
  }

  @Override
  public final void close() {
    ops.close();
  }
}
