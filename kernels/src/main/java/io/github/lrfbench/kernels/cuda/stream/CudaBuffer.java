package io.github.lrfbench.kernels.cuda.stream;

/**
 * A piece of device memory with undefined contents. Closing gives it back: work that was queued
 * before on the same stream may still use it.
 */
public final class CudaBuffer implements AutoCloseable {
  private final DeviceMemory memory;
  private final long address;
  private final long bytes;
  private BlockList home;
  private boolean counted;
  private boolean open;

  CudaBuffer(DeviceMemory memory, long address, long bytes) {
    this.memory = memory;
    this.address = address;
    this.bytes = bytes;
  }

  /** Where it is on the device, a multiple of 256. */
  public long address() {
    return address;
  }

  /** Its size, at least what was asked for. */
  long bytes() {
    return bytes;
  }

  /** Closing twice is harmless. */
  @Override
  public void close() {
    memory.give(this);
  }

  /**
   * Takes it into use.
   *
   * @param list where it goes when it is given back
   * @param asTensor whether it counts in the device's use
   */
  void open(BlockList list, boolean asTensor) {
    home = list;
    counted = asTensor;
    open = true;
  }

  /** The bytes that it adds to the device's use. */
  long countedBytes() {
    return counted ? bytes : 0;
  }

  /** Gives it back; false if it was given back before. */
  boolean release() {
    boolean wasOpen = open;
    open = false;
    return wasOpen;
  }

  BlockList home() {
    return home;
  }
}
