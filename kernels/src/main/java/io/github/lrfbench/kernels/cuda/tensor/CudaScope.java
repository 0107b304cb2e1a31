package io.github.lrfbench.kernels.cuda.tensor;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkDriver;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cuda.driver.DevicePointer;
import io.github.lrfbench.kernels.cuda.stream.CudaBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import jcuda.driver.JCudaDriver;

/** Owns device memory and gives it back when closed. */
public final class CudaScope implements Scope {
  private static final AtomicLong OPENED = new AtomicLong();

  private final long number = OPENED.incrementAndGet();
  private final Gpu device;
  private final List<CudaBuffer> buffers = new ArrayList<>();
  private volatile boolean open = true;

  /** A scope that owns nothing yet. */
  public CudaScope(Gpu device) {
    this.device = device;
  }

  /** How many scopes have been opened so far. */
  public static long opened() {
    return OPENED.get();
  }

  /** Grows from one scope to the next. */
  long number() {
    return number;
  }

  @Override
  public Gpu device() {
    return device;
  }

  @Override
  public synchronized CudaTensor allocate(DType dtype, long... dims) {
    requireOpen();
    Shape shape = Shape.of(dims);
    int[] ints = dtype == DType.I32 ? new int[Math.toIntExact(shape.size())] : null;
    CudaBuffer buffer = device.scratch(bytes(shape, dtype));
    buffers.add(buffer);
    return new CudaTensor(this, buffer, ints, 0, dtype, shape);
  }

  private static long bytes(Shape shape, DType dtype) {
    long size = shape.size();
    return size > Long.MAX_VALUE / dtype.bytes() ? Long.MAX_VALUE : size * dtype.bytes();
  }

  @Override
  public Tensor zeros(DType dtype, long... dims) {
    CudaTensor tensor = allocate(dtype, dims);
    long bytes = tensor.shape().size() * dtype.bytes();
    if (bytes > 0) {
      checkDriver(
          JCudaDriver.cuMemsetD8Async(
              new DevicePointer(tensor.address()), (byte) 0, bytes, device.stream().handle()),
          "cuMemsetD8Async of " + bytes + " bytes");
    }
    return tensor;
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
