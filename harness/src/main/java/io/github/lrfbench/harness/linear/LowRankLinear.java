package io.github.lrfbench.harness.linear;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;

/**
 * A linear map stored as two factors, W = U Vᵀ, applied as y = (x V) Uᵀ + b.
 *
 * @param up U, F32 [outputs, rank]
 * @param down Vᵀ, F32 [rank, inputs]
 * @param bias F32 [outputs], or null for none
 */
public record LowRankLinear(Tensor up, Tensor down, Tensor bias) implements Linear {
  /** Checks that the factors fit together. */
  public LowRankLinear {
    if (up.shape().dim(1) != down.shape().dim(0)) {
      throw new IllegalArgumentException(
          "factors " + up.shape() + " and " + down.shape() + " have different ranks");
    }
  }

  /** Width of the bottleneck. */
  public int rank() {
    return Math.toIntExact(down.shape().dim(0));
  }

  @Override
  public int inputs() {
    return Math.toIntExact(down.shape().dim(1));
  }

  @Override
  public int outputs() {
    return Math.toIntExact(up.shape().dim(0));
  }

  @Override
  public long parameters() {
    return up.shape().size() + down.shape().size();
  }

  @Override
  public long flopsPerRow() {
    return 2 * parameters();
  }

  @Override
  public long bytes() {
    return up.shape().size() * up.dtype().bytes() + down.shape().size() * down.dtype().bytes();
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    try (Ops frame = ops.frame()) {
      Matrix middle = Matrix.of(frame.allocate(DType.F32, x.rows(), rank()));
      frame.linear(x, Matrix.of(down), null, Activation.NONE, middle);
      expand(frame, middle, activation, y);
    }
  }

  /**
   * The second half of the product: {@code y = activation(middle Uᵀ + b)}.
   *
   * @param middle x V, [T, rank]
   * @param y [T, outputs], modified
   */
  void expand(Ops ops, Matrix middle, Activation activation, Matrix y) {
    ops.linear(middle, Matrix.of(up), bias, activation, y);
  }

  @Override
  public void materialize(Device device, Matrix target) {
    device.blas().gemm(false, false, 1, Matrix.of(up), Matrix.of(down), 0, target);
  }

  @Override
  public Linear copyTo(Scope scope) {
    return new LowRankLinear(
        Tensors.copy(up, scope), Tensors.copy(down, scope), Tensors.copy(bias, scope));
  }
}
