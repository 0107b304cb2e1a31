package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.Tensor;

/** Where a backward pass adds the gradients of parameters. */
@FunctionalInterface
public interface ParameterGradients {
  /**
   * The gradient of a parameter: of its shape, to be added to.
   *
   * @param parameter or what a model uses in the place of one
   * @return null if none is wanted
   */
  Tensor of(Tensor parameter);
}
