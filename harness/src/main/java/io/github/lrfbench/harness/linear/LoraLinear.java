package io.github.lrfbench.harness.linear;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;

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
    implements LinearSum {
  /** How PEFT calls A, [rank, inputs], in the place of {@code .weight}. */
  public static final String A = ".lora_A.weight";

  /** How PEFT calls B, [outputs, rank]. */
  public static final String B = ".lora_B.weight";

  /** Checks that there is one adapter only. */
  public LoraLinear {
    if (base.adapter() != null) {
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
  public Linear first() {
    return base;
  }

  @Override
  public Linear adapter() {
    return second();
  }

  @Override
  public Adapter second() {
    return new Adapter(down, up, scale, dropout);
  }

  @Override
  public String form() {
    return "lora";
  }

  @Override
  public boolean roundsInputs() {
    return base.roundsInputs();
  }

  @Override
  public List<Function<Scope, Layer>> expansions() {
    return base.expansions().stream().map(this::beside).toList();
  }

  private Function<Scope, Layer> beside(Function<Scope, Layer> expansion) {
    return scope -> over((Linear) expansion.apply(scope), scope);
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
    weights.addAll(second().weights(name));
    return weights;
  }

  @Override
  public void describe(String name, ObjectNode constants) {
    base.describe(name, constants);
  }

  @Override
  public Linear withBias(Tensor other) {
    return new LoraLinear(base.withBias(other), down, up, scale, dropout);
  }

  @Override
  public Linear copyTo(Scope scope) {
    return over(base.copyTo(scope), scope);
  }

  @Override
  public Linear copyTo(Scope scope, DType dtype) {
    return over(base.copyTo(scope, dtype), second().copyTo(scope, dtype));
  }

  @Override
  public Linear over(Linear other, Scope scope) {
    return over(other, second().copyTo(scope));
  }

  private static LoraLinear over(Linear base, Adapter adapter) {
    return new LoraLinear(base, adapter.down(), adapter.up(), adapter.scale(), adapter.dropout());
  }
}
