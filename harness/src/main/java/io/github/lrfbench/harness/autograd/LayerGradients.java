package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.Matrix;

/** What a backward pass shows of linear layers, in whatever form their matrices are stored. */
public interface LayerGradients {
  /** Whether the gradients of a layer, or of one of its parts, are wanted. */
  boolean wants(Layer layer);

  /**
   * Takes what the gradient of a layer's matrix is made of.
   *
   * @param x what it read, [T, inputs], not to be modified
   * @param dy the gradient of its output before the activation, [T, outputs], not to be modified
   */
  void add(Layer layer, Matrix x, Matrix dy);
}
