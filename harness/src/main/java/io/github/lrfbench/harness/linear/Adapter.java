package io.github.lrfbench.harness.linear;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.List;

/**
 * What LoRA puts beside a map: s B A dropout(x), without a bias.
 *
 * @param down Aᵀ, [inputs, rank]
 * @param up Bᵀ, [rank, outputs]
 * @param scale s
 * @param dropout rate in training
 */
record Adapter(Matrix down, Matrix up, double scale, double dropout) implements Linear {
  @Override
  public int inputs() {
    return down.rows();
  }

  @Override
  public int outputs() {
    return up.cols();
  }

  @Override
  public Tensor bias() {
    return null;
  }

  @Override
  public String form() {
    return "adapter";
  }

  @Override
  public long parameters() {
    return (long) down.cols() * (inputs() + outputs());
  }

  @Override
  public long bits() {
    return parameters() * down.dtype().bytes() * Byte.SIZE;
  }

  @Override
  public long flopsPerRow() {
    return 2 * parameters();
  }

  @Override
  public DType dtype() {
    return down.dtype();
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    throw new UnsupportedOperationException("an adapter is added to the output of a map");
  }

  @Override
  public void addTo(Ops ops, Matrix x, Matrix y) {
    ops.addLowRank(ops.dropout(x, dropout), down, up, scale, y);
  }

  @Override
  public void materialize(Device device, Matrix target) {
    device.blas().gemm(true, true, scale, up, down, 0, target);
  }

  @Override
  public List<Parameter> weights(String name) {
    return List.of(
        new Parameter(name + LoraLinear.A, down, Storage.TRANSPOSED),
        new Parameter(name + LoraLinear.B, up, Storage.TRANSPOSED));
  }

  @Override
  public Linear withBias(Tensor other) {
    if (other != null) {
      throw new UnsupportedOperationException("an adapter has no bias");
    }
    return this;
  }

  @Override
  public Adapter copyTo(Scope scope) {
    return new Adapter(Copies.of(down, scope), Copies.of(up, scope), scale, dropout);
  }

  @Override
  public Adapter copyTo(Scope scope, DType dtype) {
    return new Adapter(Copies.of(down, scope, dtype), Copies.of(up, scope, dtype), scale, dropout);
  }
}
