package io.github.lrfbench.harness.linear;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A linear map stored as its matrix.
 *
 * @param weight Wᵀ, F32 [inputs, outputs]: a product with it on the right needs no transposition
 * @param bias F32 [outputs], or null for none
 */
public record DenseLinear(Matrix weight, Tensor bias) implements StoredWeight, Table {
  /** What another map computes, as its matrix in the type in which that computes. */
  static Layer expansion(Linear linear, Scope scope) {
    if (linear.dtype() == DType.F32) {
      return of(linear, scope);
    }
    try (Scope scratch = scope.device().openScope()) {
      return of(linear, scratch).copyTo(scope, linear.dtype());
    }
  }

  /** What another map computes, as its matrix, with a copy of its bias. */
  public static DenseLinear of(Linear linear, Scope scope) {
    Matrix weight = Matrix.of(scope.allocate(DType.F32, linear.inputs(), linear.outputs()));
    try (Scope scratch = scope.device().openScope()) {
      Matrix product = Matrix.of(scratch.allocate(DType.F32, linear.outputs(), linear.inputs()));
      scope
          .device()
          .inFull(
              () -> {
                linear.materialize(scope.device(), product);
                return product;
              });
      scope.device().blas().transpose(product, weight);
    }
    return new DenseLinear(weight, Copies.of(linear.bias(), scope));
  }

  @Override
  public Linear mapLeaves(UnaryOperator<Linear> leaf) {
    return leaf.apply(this);
  }

  @Override
  public int inputs() {
    return weight.rows();
  }

  @Override
  public int outputs() {
    return weight.cols();
  }

  @Override
  public boolean takesTimeBySize() {
    return true;
  }

  @Override
  public String form() {
    return "dense";
  }

  @Override
  public Matrix dense() {
    return weight;
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    ops.linear(x, false, weight, bias, activation, y);
  }

  @Override
  public Table table() {
    return bias == null ? this : null;
  }

  @Override
  public void lookUp(Ops ops, Tensor ids, Matrix y) {
    ops.embed(ids, weight, null, null, null, null, y);
  }

  @Override
  public long lookUpFlops() {
    return 0;
  }

  @Override
  public void score(Ops ops, Matrix x, Matrix y) {
    ops.linear(x, true, weight, null, Activation.NONE, y);
  }

  @Override
  public void materialize(Device device, Matrix target) {
    device.blas().transpose(weight, target);
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>();
    weights.add(new Parameter(name + ".weight", weight, Storage.TRANSPOSED));
    weights.addAll(Parameter.bias(name, bias));
    return weights;
  }

  @Override
  public DenseLinear withBias(Tensor other) {
    return new DenseLinear(weight, other);
  }

  @Override
  public DenseLinear copyTo(Scope scope, DType dtype) {
    return new DenseLinear(Copies.of(weight, scope, dtype), Copies.of(bias, scope, dtype));
  }

  @Override
  public DenseLinear copyTo(Scope scope) {
    return new DenseLinear(Copies.of(weight, scope), Copies.of(bias, scope));
  }
}
