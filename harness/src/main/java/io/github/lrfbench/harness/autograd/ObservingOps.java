package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;

/** Runs operations by others and shows the input of every linear layer to an observer. */
public final class ObservingOps extends DelegatingOps {
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
    super(ops);
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
}
