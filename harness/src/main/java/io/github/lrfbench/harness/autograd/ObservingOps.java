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
     * A layer is about to be applied.
     *
     * @param x [T, inputs], not to be modified
     */
    void reads(Layer layer, Matrix x);
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
  public void apply(Layer layer, Matrix x, Activation activation, Matrix y) {
    observer.reads(layer, x);
    ops.apply(layer, x, activation, y);
  }

  @Override
  public void close() {
    ops.close();
  }
}
