package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.ops.Activation;

/** Runs operations by others and shows the input of every linear layer to an observer. */
public final class ObservingOps extends WrappingOps {
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
    this.observer = observer;
  }

  @Override
  public Ops frame() {
    return new ObservingOps(wrapped().frame(), observer);
  }

  @Override
  public void apply(Layer layer, Matrix x, Activation activation, Matrix y) {
    observer.reads(layer, x);
    super.apply(layer, x, activation, y);
  }
}
