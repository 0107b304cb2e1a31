package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/** Outputs count by their squares over the tokens: K = C = X Xᵀ. */
public record SecondMoment(Moments moments) implements OutputMetric {
  @Override
  public Matrix gram(Matrix r, Scope scope) {
    return Matrices.congruence(r, moments.gram(), scope);
  }
}
