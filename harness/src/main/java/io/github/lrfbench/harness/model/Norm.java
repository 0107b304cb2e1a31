package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.linear.Copies;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.List;

/**
 * A layer norm's parameters.
 *
 * @param gamma [H]
 * @param beta [H]
 * @param epsilon added to the variance
 */
public record Norm(Tensor gamma, Tensor beta, double epsilon) {
  /** The parameters, under the path of the module. */
  public List<Parameter> weights(String path) {
    return List.of(
        Parameter.vector(path + ".weight", gamma), Parameter.vector(path + ".bias", beta));
  }

  /** The same norm in memory of another scope, its numbers in a type. */
  public Norm copyTo(Scope scope, DType dtype) {
    return new Norm(Copies.of(gamma, scope, dtype), Copies.of(beta, scope, dtype), epsilon);
  }

  /** {@code y = norm(x + residual)}; the residual may be null. */
  public void forward(Ops ops, Matrix x, Matrix residual, Matrix y) {
    ops.layerNorm(x, null, residual, gamma, beta, epsilon, y);
  }

  /** {@code sum = x + residual, y = norm(sum)}. */
  public void forward(Ops ops, Matrix x, Matrix residual, Matrix sum, Matrix y) {
    ops.addLayerNorm(x, residual, gamma, beta, epsilon, sum, y);
  }
}
