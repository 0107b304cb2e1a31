package io.github.lrfbench.kernels.cpu.memory;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Device.MemoryUse;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps freed blocks for the next request of the same size: a forward pass asks for the same sizes
 * again and again, and fresh pages from the system are slow at first touch.
 */
public final class BlockPool {
  /** {@link java.nio.ByteBuffer} addresses by int. */
  static final long MAX_BLOCK_BYTES = Integer.MAX_VALUE - 64;

  private static final long MAX_CACHED_BYTES = 256L << 20;

  private final Map<Long, Deque<Block>> free = new HashMap<>();
  private long cachedBytes;
  private long currentBytes;
  private long peakBytes;
  private long scopes;
  private volatile boolean closed;

  /** A scope of the device whose memory this is. */
  public synchronized Scope openScope(Device device) {
    requireOpen();
    scopes++;
    return new CpuScope(device, this, scopes);
  }

  /** How many scopes have been opened so far. */
  public synchronized long scopesOpened() {
    return scopes;
  }

  /**
   * Refuses what comes too late.
   *
   * @throws IllegalStateException if the device is closed
   */
  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the device is closed");
    }
  }

  /**
   * A block of at least so many bytes with undefined contents.
   *
   * @throws InputException if they are more than a block can hold
   * @throws OutOfMemoryError if the system has no more memory
   */
  public synchronized Block take(long requestedBytes) {
    if (requestedBytes > MAX_BLOCK_BYTES) {
      throw new InputException(
          "a tensor of "
              + requestedBytes
              + " bytes is over the CPU device's limit of "
              + MAX_BLOCK_BYTES);
    }
    long bytes = sizeClass(requestedBytes);
    Deque<Block> blocks = free.get(bytes);
    Block block = blocks == null ? null : blocks.poll();
    if (block != null) {
      cachedBytes -= bytes;
    } else {
      block = Block.allocate(bytes);
      if (block == null) {
        releaseCached();
        block = Block.allocate(bytes);
      }
      if (block == null) {
        throw new OutOfMemoryError(
            "no memory for a tensor of " + requestedBytes + " bytes; in use: " + currentBytes);
      }
    }
    currentBytes += bytes;
    peakBytes = Math.max(peakBytes, currentBytes);
    return block;
  }

  /** Takes back a block, which must not be used any more. */
  public synchronized void give(Block block) {
    currentBytes -= block.bytes();
    if (closed || cachedBytes + block.bytes() > MAX_CACHED_BYTES) {
      block.free();
    } else {
      cachedBytes += block.bytes();
      free.computeIfAbsent(block.bytes(), size -> new ArrayDeque<>()).push(block);
    }
  }

  /** Takes back a block that is not given to anyone again. */
  synchronized void drop(Block block) {
    currentBytes -= block.bytes();
    block.free();
  }

  /** Frees what is kept and, from now on, what is given back. */
  public synchronized void close() {
    closed = true;
    releaseCached();
  }

  private void releaseCached() {
    free.values().forEach(blocks -> blocks.forEach(Block::free));
    free.clear();
    cachedBytes = 0;
  }

  /** What tensors take now and took at most. */
  public synchronized MemoryUse use() {
    return new MemoryUse(currentBytes, peakBytes);
  }

  /** From now on, the peak is counted anew. */
  public synchronized void resetPeak() {
    peakBytes = currentBytes;
  }

  /**
   * Rounds up to an eighth of the next lower power of two, so that nearly equal requests share
   * blocks.
   */
  private static long sizeClass(long bytes) {
    long step = Math.max(64, Long.highestOneBit(Math.max(1, bytes)) / 8);
    return Math.min(MAX_BLOCK_BYTES, Math.max(64, (bytes + step - 1) / step * step));
  }
}
