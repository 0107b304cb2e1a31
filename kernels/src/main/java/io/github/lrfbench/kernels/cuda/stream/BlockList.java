package io.github.lrfbench.kernels.cuda.stream;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Free buffers by size that may be used again without waiting by the stream, or inside the graph,
 * that gave them back: it does its work in order. Guarded by {@link DeviceMemory}.
 */
public final class BlockList {
  private final Map<Long, Deque<CudaBuffer>> free = new HashMap<>();
  private final BlockList parent;
  private boolean closed;

  /**
   * An empty list.
   *
   * @param parent takes the buffers when this list is closed; null if it never is
   */
  BlockList(BlockList parent) {
    this.parent = parent;
  }

  /** A free buffer of exactly this size, or null. */
  CudaBuffer poll(long bytes) {
    Deque<CudaBuffer> buffers = free.get(bytes);
    return buffers == null ? null : buffers.poll();
  }

  void push(CudaBuffer buffer) {
    if (closed) {
      parent.push(buffer);
    } else {
      free.computeIfAbsent(buffer.bytes(), size -> new ArrayDeque<>()).push(buffer);
    }
  }

  /** Removes all buffers. */
  void drain(Consumer<CudaBuffer> consumer) {
    free.values().forEach(buffers -> buffers.forEach(consumer));
    free.clear();
  }

  /** Hands what is free, now and later, to the parent. */
  void close() {
    closed = true;
    drain(parent::push);
  }
}
