package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Segments;
import java.util.concurrent.atomic.AtomicLong;

/** Runs operations at once and adds up the multiplications and additions of their products. */
public final class CountingOps extends DelegatingOps {
  private final Ops ops;
  private final AtomicLong flops;

  /** Operations on a device that have counted nothing yet. */
  public CountingOps(Device device) {
    this(new EagerOps(device), new AtomicLong());
  }

  private CountingOps(Ops ops, AtomicLong flops) {
    super(ops);
    this.ops = ops;
    this.flops = flops;
  }

  /** What was counted so far. */
  public long flops() {
    return flops.get();
  }

  private void count(Matrix x, int inner, int outputs) {
    flops.addAndGet(2L * x.rows() * inner * outputs);
  }

  @Override
  public Tensor allocate(DType dtype, long... dims) {
    return ops.allocate(dtype, dims);
  }

  @Override
  public Ops frame() {
    return new CountingOps(ops.frame(), flops);
  }

  @Override
  public void linear(
      Matrix x, boolean transW, Matrix w, Tensor bias, Activation activation, Matrix y) {
    count(x, x.cols(), y.cols());
    super.linear(x, transW, w, bias, activation, y);
  }

  @Override
  public void lowRank(
      Matrix x, Matrix down, Matrix up, Tensor bias, Activation activation, Matrix y) {
    count(x, x.cols(), down.cols());
    count(x, down.cols(), y.cols());
    super.lowRank(x, down, up, bias, activation, y);
  }

  @Override
  public void addLowRank(Matrix x, Matrix down, Matrix up, double scale, Matrix y) {
    count(x, x.cols(), down.cols());
    count(x, down.cols(), y.cols());
    super.addLowRank(x, down, up, scale, y);
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
    int[] offsets = segments.offsets().toInts();
    for (int s = 0; s < segments.count(); s++) {
      for (int token = 1; token <= offsets[s + 1] - offsets[s]; token++) {
        int seen = causal ? token : offsets[s + 1] - offsets[s];
        flops.addAndGet(2L * seen * q.cols() + 2L * seen * v.cols());
      }
    }
    super.attention(q, k, v, segments, heads, scale, causal, y);
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
    for (int length : lengths.toInts()) {
      flops.addAndGet(2L * length * q.cols() + 2L * length * y.cols());
    }
    super.cachedAttention(q, keys, values, rows, lengths, heads, scale, y);
  }

  @Override
  public void close() {
    ops.close();
  }
}
