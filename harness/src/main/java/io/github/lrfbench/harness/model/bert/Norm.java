package io.github.lrfbench.harness.model.bert;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.linear.Copies;
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
record Norm(Tensor gamma, Tensor beta, double epsilon) {
  /** The parameters, under the path of the module. */
  List<Parameter> weights(String path) {
    return List.of(
        Parameter.vector(path + ".weight", gamma), Parameter.vector(path + ".bias", beta));
  }

  Norm copyTo(Scope scope) {
    return new Norm(Copies.of(gamma, scope), Copies.of(beta, scope), epsilon);
  }

  /** {@code y = norm(x + residual)}; the residual may be null. */
  void forward(Ops ops, Matrix x, Matrix residual, Matrix y) {
    ops.layerNorm(x, null, residual, gamma, beta, epsilon, y);
  }
}
