package io.github.lrfbench.kernels.cpu.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.Pointer;

/** A piece of native memory whose usable part starts at a multiple of 64 bytes, a cache line. */
public final class Block {
  private static final int ALIGNMENT = 64;

  private final Pointer allocation;
  private final long address;
  private final long bytes;
  private final ByteBuffer buffer;
  private volatile boolean freed;

  private Block(Pointer allocation, long bytes) {
    this.allocation = allocation;
    this.address = (allocation.address() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    this.bytes = bytes;
    this.buffer = new RawMemory(address, bytes).asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /** A new block with undefined contents, or null if the system has no more memory. */
  public static Block allocate(long bytes) {
    Pointer allocation = Pointer.malloc(bytes + ALIGNMENT);
    return allocation == null || allocation.isNull() ? null : new Block(allocation, bytes);
  }

  /** Gives the memory back to the system. */
  public void free() {
    freed = true;
    Pointer.free(allocation);
  }

  /**
   * Refuses what comes too late.
   *
   * @throws IllegalStateException if the memory was given back
   */
  void requireHeld() {
    if (freed) {
      throw new IllegalStateException("the tensor was given back");
    }
  }

  /** Where it begins. */
  public long address() {
    return address;
  }

  long bytes() {
    return bytes;
  }

  /** The block's memory; absolute access from several threads is safe. */
  public ByteBuffer buffer() {
    return buffer;
  }

  void clear() {
    Pointer.memset(new RawMemory(address, bytes), 0, bytes);
  }
}
