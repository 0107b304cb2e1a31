package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/** Outputs count by their distance from their mean: K = C − p μ μᵀ. */
public record CentredSecondMoment(Moments moments) implements OutputMetric {
  @Override
  public Matrix gram(Matrix r, Scope scope) {
    Matrix gram = new SecondMoment(moments).gram(r, scope);
    Matrix mean = Matrix.of(scope.doubles(moments.mean(), moments.mean().length, 1));
    Matrix image = Matrices.product(false, r, false, mean, scope);
    scope.device().blas().gemm(false, true, -moments.tokens(), image, image, 1, gram);
    return gram;
  }
}
