package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/** What outputs W x of a matrix count in an {@link OutputProjection}. */
public interface OutputMetric {
  /**
   * R K Rᵀ, K of [n, n] being the metric of inputs.
   *
   * @param r F64 [k, n], not modified
   * @param scope owns the result, and what {@link #shrink} needs
   * @return [k, k]
   */
  Matrix gram(Matrix r, Scope scope);

  /**
   * The rows of R as they are stored. Called after {@link #gram}.
   *
   * @param rows F64 [c, n], not modified
   */
  default Matrix shrink(Matrix rows, Scope scope) {
    return rows;
  }
}
