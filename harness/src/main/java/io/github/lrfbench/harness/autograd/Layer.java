package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.List;

/**
 * A linear layer of a model, which {@link Ops#apply} applies. Who observes a forward pass knows it
 * by its identity.
 */
public interface Layer {
  /** Width of the input. */
  int inputs();

  /** Width of the output. */
  int outputs();

  /** Layers of one input whose outputs stand side by side in this one's; itself if it is one. */
  default List<? extends Layer> parts() {
    return List.of(this);
  }

  /**
   * {@code y = activation(x Wᵀ + b)}.
   *
   * @param x [T, inputs]
   * @param y [T, outputs], modified; may be a slice of columns
   */
  void forward(Ops ops, Matrix x, Activation activation, Matrix y);
}
