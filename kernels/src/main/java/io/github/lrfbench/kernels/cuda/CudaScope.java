package io.github.lrfbench.kernels.cuda;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Owns device memory and gives it back when closed. */
final class CudaScope implements Scope {
  private final CudaDevice device;
  private final List<CudaBuffer> buffers = new ArrayList<>();
  private volatile boolean open = true;

  CudaScope(CudaDevice device) {
    this.device = device;
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public synchronized Tensor allocate(DType dtype, long... dims) {
    requireOpen();
    Shape shape = Shape.of(dims);
    CudaBuffer buffer = device.scratch(Math.multiplyExact(shape.size(), (long) dtype.bytes()));
    buffers.add(buffer);
    return new CudaTensor(this, buffer, 0, dtype, shape);
  }

  @Override
  public Tensor zeros(DType dtype, long... dims) {
    throw new UnsupportedOperationException();
  }

  @Override
  public synchronized void close() {
    if (open) {
      open = false;
      buffers.forEach(CudaBuffer::close);
      buffers.clear();
    }
  }

  void requireOpen() {
    if (!open) {
      throw new IllegalStateException("the scope is closed");
    }
    device.requireOpen();
  }
}
