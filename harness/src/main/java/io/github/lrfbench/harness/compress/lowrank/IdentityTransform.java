package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/** All inputs count the same. */
public record IdentityTransform() implements InputTransform {
  @Override
  public Matrix multiply(Matrix w, Scope scope) {
    return w;
  }

  @Override
  public void divide(Matrix v) {}

  @Override
  public double condition() {
    return 1;
  }
}
