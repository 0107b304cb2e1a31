package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.List;
import java.util.function.Function;

/**
 * A linear layer of a model, which {@link Ops#apply} applies. Who observes a forward pass knows it
 * by its identity.
 */
public interface Layer {
  /** Width of the input. */
  int inputs();

  /** Width of the output. */
  int outputs();

  /** What a reader calls it and its sizes. */
  String label();

  /**
   * Floating-point operations for one input vector; a multiplication and an addition count as two.
   */
  long flopsPerRow();

  /**
   * Layers that compute the same from more numbers, factors of this one being multiplied out:
   * larger products, and fewer. They are made where they are asked for, in a scope of theirs. Empty
   * where there are none, and where fewer numbers in memory are what the form is for.
   */
  default List<Function<Scope, Layer>> expansions() {
    return List.of();
  }

  /** Bytes that represent its matrix. */
  long bytes();

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
