package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;

/** Runs operations at once and frees a frame's results when it is closed: inference. */
public final class EagerOps extends DelegatingOps {
  private final Device device;
  private final Scope scope;

  /** Operations on a device; closing them frees their results. */
  public EagerOps(Device device) {
    super(device.nn());
    this.device = device;
    this.scope = device.openScope();
  }

  @Override
  public Tensor allocate(DType dtype, long... dims) {
    return scope.allocate(dtype, dims);
  }

  @Override
  public Ops frame() {
    return new EagerOps(device);
  }

  @Override
  public void close() {
    scope.close();
  }
}
