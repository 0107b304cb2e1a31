package io.github.lrfbench.kernels.cpu;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Nn;
import io.github.lrfbench.kernels.ops.Segments;

/** {@link Nn} on the processor. */
final class CpuNn implements Nn {
  private final Workers workers;

  CpuNn(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void linear(Matrix x, Matrix w, Tensor bias, Activation activation, Matrix y) {
    throw new UnsupportedOperationException("linear with " + workers.threads());
  }

  @Override
  public void biasActivation(Matrix x, Tensor bias, Activation activation) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void layerNorm(
      Matrix x, Tensor bias, Matrix residual, Tensor gamma, Tensor beta, double eps, Matrix y) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void embed(
      Tensor ids,
      Matrix word,
      Tensor positions,
      Matrix position,
      Tensor types,
      Matrix type,
      Matrix y) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void attention(
      Matrix q,
      Matrix k,
      Matrix v,
      Segments segments,
      int heads,
      double scale,
      boolean causal,
      Matrix y) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void scaledMaskedSoftmax(Matrix x, double scale, Tensor valid) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void gatherRows(Matrix x, Tensor rows, Matrix y) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void meanPool(Matrix x, Segments segments, Matrix y) {
    throw new UnsupportedOperationException();
  }
}
