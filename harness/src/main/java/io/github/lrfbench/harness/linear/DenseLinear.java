package io.github.lrfbench.harness.linear;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;

/**
 * A linear map stored as its matrix.
 *
 * @param weight W, F32 [outputs, inputs]
 * @param bias F32 [outputs], or null for none
 */
public record DenseLinear(Tensor weight, Tensor bias) implements Linear {
  @Override
  public int inputs() {
    return Math.toIntExact(weight.shape().dim(1));
  }

  @Override
  public int outputs() {
    return Math.toIntExact(weight.shape().dim(0));
  }

  @Override
  public long parameters() {
    return weight.shape().size();
  }

  @Override
  public long flopsPerRow() {
    return 2 * weight.shape().size();
  }

  @Override
  public long bytes() {
    return weight.shape().size() * weight.dtype().bytes();
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    ops.linear(x, Matrix.of(weight), bias, activation, y);
  }

  @Override
  public void materialize(Device device, Matrix target) {
    device.blas().copy(Matrix.of(weight), target);
  }

  @Override
  public Linear copyTo(Scope scope) {
    return new DenseLinear(Tensors.copy(weight, scope), Tensors.copy(bias, scope));
  }
}
