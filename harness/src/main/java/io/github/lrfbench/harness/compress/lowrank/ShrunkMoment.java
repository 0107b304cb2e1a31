package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * Second moments drawn towards a multiple of the identity: (1 − a) K + a k 1.
 *
 * @param of K
 * @param share a
 * @param mean k, the mean of K's diagonal
 */
public record ShrunkMoment(OutputMetric of, double share, double mean) implements OutputMetric {
  @Override
  public Matrix gram(Matrix r, Scope scope) {
    Matrix gram = of.gram(r, scope);
    scope.device().blas().gemm(false, true, share * mean, r, r, 1 - share, gram);
    return gram;
  }
}
