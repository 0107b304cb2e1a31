package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.ops.Activation;

/** Runs operations by others, and other linear layers in the place of a model's. */
public final class ReplacingOps extends WrappingOps {
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
    this.replacement = replacement;
  }

  @Override
  public Ops frame() {
    return new ReplacingOps(wrapped().frame(), replacement);
  }

  @Override
  public void apply(Layer layer, Matrix x, Activation activation, Matrix y) {
    super.apply(replacement.of(layer, x), x, activation, y);
  }
}
