package io.github.lrfbench.harness.linear;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A linear map with an adapter beside it (LoRA, Hu et al. 2021): y = W x + b + s B A dropout(x).
 *
 * @param base W and b, in any form but this
 * @param down Aᵀ, F32 [inputs, rank]
 * @param up Bᵀ, F32 [rank, outputs]
 * @param scale s
 * @param dropout rate in training
 */
public record LoraLinear(Linear base, Matrix down, Matrix up, double scale, double dropout)
    implements Linear {
  /** How PEFT calls A, [rank, inputs], in the place of {@code .weight}. */
  public static final String A = ".lora_A.weight";

  /** How PEFT calls B, [outputs, rank]. */
  public static final String B = ".lora_B.weight";

  /** Checks that there is one adapter only. */
  public LoraLinear {
    if (base instanceof LoraLinear) {
      throw new IllegalArgumentException("an adapter beside another; merge that first");
    }
  }

  /**
   * An adapter that changes nothing yet, as PEFT draws it: A uniform within ± 1/√inputs, B zero.
   *
   * @param base W and b, shared
   * @param scope owns A and B
   */
  public static LoraLinear draw(
      Linear base, int rank, double scale, double dropout, SplittableRandom random, Scope scope) {
    float[] down = new float[base.inputs() * rank];
    double bound = 1 / Math.sqrt(base.inputs());
    for (int i = 0; i < down.length; i++) {
      down[i] = (float) (bound * (2 * random.nextDouble() - 1));
    }
    return new LoraLinear(
        base,
        Matrix.of(scope.floats(down, base.inputs(), rank)),
        Matrix.of(scope.zeros(DType.F32, rank, base.outputs())),
        scale,
        dropout);
  }

  /** Width of the adapter's bottleneck. */
  public int rank() {
    return down.cols();
  }

  @Override
  public int inputs() {
    return base.inputs();
  }

  @Override
  public int outputs() {
    return base.outputs();
  }

  @Override
  public Tensor bias() {
    return base.bias();
  }

  private long adapterParameters() {
    return (long) rank() * (inputs() + outputs());
  }

  @Override
  public String form() {
    return "lora";
  }

  @Override
  public long parameters() {
    return base.parameters() + adapterParameters();
  }

  @Override
  public long flopsPerRow() {
    return base.flopsPerRow() + 2 * adapterParameters();
  }

  @Override
  public DType dtype() {
    return base.dtype();
  }

  @Override
  public long bytes() {
    return base.bytes() + adapterParameters() * down.dtype().bytes();
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    base.forward(ops, x, Activation.NONE, y);
    addTo(ops, x, y);
    if (activation != Activation.NONE) {
      ops.biasActivation(y, null, activation);
    }
  }

  /**
   * {@code y += s B A dropout(x)} in every row.
   *
   * @param x [T, inputs]
   * @param y [T, outputs], modified
   */
  void addTo(Ops ops, Matrix x, Matrix y) {
    ops.addLowRank(ops.dropout(x, dropout), down, up, scale, y);
  }

  @Override
  public void materialize(Device device, Matrix target) {
    base.materialize(device, target);
    device.blas().gemm(true, true, scale, up, down, 1, target);
  }

  /**
   * The matrix W + s B A, with which no adapter is needed. This map stays as it is: to unmerge is
   * to use it again, to the last bit.
   *
   * @param scope owns the result
   * @throws InputException if an element of the matrix is not finite
   */
  public DenseLinear merge(Scope scope) {
    Matrix weight = Matrix.of(scope.allocate(DType.F32, inputs(), outputs()));
    try (Scope scratch = scope.device().openScope()) {
      Matrix product = Matrix.of(scratch.allocate(DType.F32, outputs(), inputs()));
      materialize(scope.device(), product);
      if (!Double.isFinite(scope.device().blas().squaredNorm(product))) {
        throw new InputException("the adapter makes a matrix infinite; it cannot be merged");
      }
      scope.device().blas().transpose(product, weight);
    }
    return new DenseLinear(weight, Copies.of(bias(), scope));
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>(base.weights(name));
    weights.add(new Parameter(name + A, down, Storage.TRANSPOSED));
    weights.add(new Parameter(name + B, up, Storage.TRANSPOSED));
    return weights;
  }

  @Override
  public Linear copyTo(Scope scope) {
    return over(base.copyTo(scope), scope);
  }

  @Override
  public Linear copyTo(Scope scope, DType dtype) {
    return new LoraLinear(
        base.copyTo(scope, dtype),
        Copies.of(down, scope, dtype),
        Copies.of(up, scope, dtype),
        scale,
        dropout);
  }

  /** A copy of the adapter beside a base, which is shared. */
  LoraLinear over(Linear sharedBase, Scope scope) {
    return new LoraLinear(sharedBase, Copies.of(down, scope), Copies.of(up, scope), scale, dropout);
  }

  /**
   * What a model uses in a slot: a copy in the model's type, of which an adapter shares the base
   * that is there.
   */
  public static Linear place(Linear replacement, Linear present, Scope scope, DType dtype) {
    return replacement instanceof LoraLinear adapted && adapted.base == present
        ? adapted.over(present, scope)
        : replacement.copyTo(scope, dtype);
  }

  /** The map without an adapter. */
  static Linear baseOf(Linear linear) {
    return linear instanceof LoraLinear adapted ? adapted.base : linear;
  }
}
