package io.github.lrfbench.kernels.cuda.driver;

import com.sun.jna.Memory;
import jcuda.Pointer;

/**
 * Memory of the host for calls that take it by address. (Many of JCuda's natives understand
 * pointers to buffers; those of cuSOLVER take them for null.)
 */
public final class HostMemory implements AutoCloseable {
  private final Memory memory;

  /** Memory filled with zeros. */
  public HostMemory(long bytes) {
    memory = new Memory(Math.max(Long.BYTES, bytes));
    memory.clear();
  }

  /** Where it is; valid until it is closed. */
  public Pointer pointer() {
    return new DevicePointer(com.sun.jna.Pointer.nativeValue(memory));
  }

  /** The first four bytes as a number. */
  public int readInt() {
    return memory.getInt(0);
  }

  /** The first eight bytes as a number. */
  public double readDouble() {
    return memory.getDouble(0);
  }

  @Override
  public void close() {
    memory.close();
  }
}
