package io.github.lrfbench.kernels.cpu.memory;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Owns blocks of the device's pool and gives them back when closed. */
final class CpuScope implements Scope {
  private final Device device;
  private final BlockPool pool;
  private final long number;
  private final List<Block> blocks = new ArrayList<>();
  private volatile boolean open = true;

  /**
   * A scope that owns nothing yet.
   *
   * @param number of scopes that the device has opened, this one included
   */
  CpuScope(Device device, BlockPool pool, long number) {
    this.device = device;
    this.pool = pool;
    this.number = number;
  }

  /** Grows from one scope of a device to the next. */
  long number() {
    return number;
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public synchronized Tensor allocate(DType dtype, long... dims) {
    requireOpen();
    if (dtype == DType.F16 || dtype == DType.BF16) {
      throw new IllegalArgumentException("the CPU device computes in F32 and F64, not in " + dtype);
    }
    Shape shape = Shape.of(dims);
    Block block = pool.take(bytes(shape, dtype));
    blocks.add(block);
    return new CpuTensor(this, block, 0, dtype, shape);
  }

  private static long bytes(Shape shape, DType dtype) {
    long size = shape.size();
    return size > Long.MAX_VALUE / dtype.bytes() ? Long.MAX_VALUE : size * dtype.bytes();
  }

  @Override
  public Tensor zeros(DType dtype, long... dims) {
    CpuTensor tensor = (CpuTensor) allocate(dtype, dims);
    tensor.block().clear();
    return tensor;
  }

  /** Gives back one block; who uses it all the same is told. */
  synchronized void release(Block block) {
    requireOpen();
    block.requireHeld();
    blocks.remove(block);
    pool.drop(block);
  }

  @Override
  public synchronized void close() {
    if (open) {
      open = false;
      blocks.forEach(pool::give);
      blocks.clear();
    }
  }

  void requireOpen() {
    if (!open) {
      throw new IllegalStateException("the scope is closed");
    }
    pool.requireOpen();
  }
}
