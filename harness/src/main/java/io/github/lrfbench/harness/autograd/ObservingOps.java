package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Segments;

/** Runs operations by others and shows the input of every linear layer to an observer. */
public final class ObservingOps implements Ops {
  private final Ops ops;
  private final Observer observer;

  /** Sees the inputs of linear layers. */
  @FunctionalInterface
  public interface Observer {
    /**
     * A product is about to be computed.
     *
     * @param x [T, I], not to be modified
     * @param weight the matrix by which x is multiplied; of factors, the first
     */
    void linear(Matrix x, Matrix weight);
  }

  /**
   * Observed operations.
   *
   * @param ops runs them; closed with this
   */
  public ObservingOps(Ops ops, Observer observer) {
    this.ops = ops;
    this.observer = observer;
  }

  @Override
  public Tensor allocate(DType dtype, long... dims) {
    return ops.allocate(dtype, dims);
  }

  @Override
  public Ops frame() {
    return new ObservingOps(ops.frame(), observer);
  }

  @Override
  public void close() {
    ops.close();
  }

  @Override
  public void linear(
      Matrix x, boolean transW, Matrix w, Tensor bias, Activation activation, Matrix y) {
    observer.linear(x, w);
    ops.linear(x, transW, w, bias, activation, y);
  }

  @Override
  public void lowRank(
      Matrix x, Matrix down, Matrix up, Tensor bias, Activation activation, Matrix y) {
    observer.linear(x, down);
    ops.lowRank(x, down, up, bias, activation, y);
  }

  @Override
  public void addLowRank(Matrix x, Matrix down, Matrix up, double scale, Matrix y) {
    // What is beside it has seen the input.
    ops.addLowRank(x, down, up, scale, y);
  }

  @Override
  public void biasActivation(Matrix x, Tensor bias, Activation activation) {
    ops.biasActivation(x, bias, activation);
  }

  @Override
  public void layerNorm(
      Matrix x, Tensor bias, Matrix residual, Tensor gamma, Tensor beta, double eps, Matrix y) {
    ops.layerNorm(x, bias, residual, gamma, beta, eps, y);
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
    ops.embed(ids, word, positions, position, types, type, y);
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
    ops.attention(q, k, v, segments, heads, scale, causal, y);
  }

  @Override
  public void scaledMaskedSoftmax(Matrix x, double scale, Tensor valid) {
    ops.scaledMaskedSoftmax(x, scale, valid);
  }

  @Override
  public void gatherRows(Matrix x, Tensor rows, Matrix y) {
    ops.gatherRows(x, rows, y);
  }

  @Override
  public void meanPool(Matrix x, Segments segments, Matrix y) {
    ops.meanPool(x, segments, y);
  }
}
