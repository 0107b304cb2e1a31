package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;

/** Runs operations by others, and other linear layers in the place of a model's. */
public final class ReplacingOps extends DelegatingOps {
  private final Ops ops;
  private final Replacement replacement;

  /** Says which layer is run. */
  @FunctionalInterface
  public interface Replacement {
    /**
     * What is run in the place of a layer, which computes the same; the layer itself where nothing
     * is.
     *
     * @param x [T, inputs], the input, not to be modified
     */
    Layer of(Layer layer, Matrix x);
  }

  /**
   * Operations with other layers.
   *
   * @param ops runs them; closed with this
   */
  public ReplacingOps(Ops ops, Replacement replacement) {
    super(ops);
    this.ops = ops;
    this.replacement = replacement;
  }

  @Override
  public Tensor allocate(DType dtype, long... dims) {
    return ops.allocate(dtype, dims);
  }

  @Override
  public Ops frame() {
    return new ReplacingOps(ops.frame(), replacement);
  }

  @Override
  public void apply(Layer layer, Matrix x, Activation activation, Matrix y) {
    ops.apply(replacement.of(layer, x), x, activation, y);
  }

  @Override
  public void close() {
    ops.close();
  }
}
