package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;

/** Where a backward pass adds the gradients of parameters. */
public interface ParameterGradients {
  /**
   * The gradient of a parameter: of its shape, to be added to.
   *
   * @param parameter or what a model uses in the place of one
   * @return null if none is wanted
   */
  Tensor of(Tensor parameter);

  /**
   * Takes the gradient xᵀ dy of a matrix by which x was multiplied from the right.
   *
   * @param weight the matrix [I, O], or [O, I] if transposed
   * @param transposed whether x was multiplied by its transpose; the gradient is then dyᵀ x
   * @param x [T, I]
   * @param dy [T, O]
   */
  default void addProduct(Matrix weight, boolean transposed, Matrix x, Matrix dy) {
    Tensor gradient = of(weight.data());
    if (gradient == null) {
      return;
    }
    Matrix target =
        new Matrix(gradient, weight.offset(), weight.rows(), weight.cols(), weight.stride());
    if (transposed) {
      x.device().gradients().gemm(true, false, 1, dy, x, 1, target);
    } else {
      x.device().gradients().gemm(true, false, 1, x, dy, 1, target);
    }
  }
}
