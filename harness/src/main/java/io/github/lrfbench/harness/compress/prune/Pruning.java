package io.github.lrfbench.harness.compress.prune;

import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.kernels.Scope;

/** A way to prune a matrix to any of its levels. */
interface Pruning {
  /**
   * What is left of a matrix, without a bias, and the squared error in the pruning's own metric.
   */
  record Cut(Linear map, double squaredError) {}

  /** The matrix at a level. */
  Cut cut(int level, Scope scope);

  /** Squared errors at all levels, in the pruning's own metric. */
  double[] errors();

  /** The squared error of keeping nothing. */
  double energy();

  /** Added to the diagonal of the inputs' moments, relative to its mean; NaN where none is. */
  default double damping() {
    return Double.NaN;
  }
}
