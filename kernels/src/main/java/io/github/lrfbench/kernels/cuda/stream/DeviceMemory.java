package io.github.lrfbench.kernels.cuda.stream;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkDriver;

import io.github.lrfbench.kernels.Device.MemoryUse;
import io.github.lrfbench.kernels.DeviceMemoryException;
import io.github.lrfbench.kernels.cuda.driver.DevicePointer;
import java.util.HashSet;
import java.util.Set;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * The device's memory. Buffers that are given back are kept for the next request of the same size
 * on the same stream: asking the driver takes long, and giving back to it waits for the device.
 */
public final class DeviceMemory {
  private static final long MIN_BYTES = 512;
  private static final int STEPS_BETWEEN_POWERS = 8;

  private final String deviceId;
  private final CudaContext context;
  private final Set<CudaBuffer> all = new HashSet<>();
  private final Set<BlockList> lists = new HashSet<>();
  private long currentBytes;
  private long peakBytes;
  private boolean closed;

  /** Memory of the device of a context; none is taken yet. */
  public DeviceMemory(String deviceId, CudaContext context) {
    this.deviceId = deviceId;
    this.context = context;
  }

  /** A list for the buffers of a stream. */
  synchronized BlockList newList() {
    BlockList list = new BlockList(null);
    lists.add(list);
    return list;
  }

  /** A list for the buffers of a graph, which nobody else must use while it is open. */
  public synchronized BlockList newPrivateList(BlockList parent) {
    return new BlockList(parent);
  }

  /** Hands a graph's buffers to its stream. */
  public synchronized void closeList(BlockList list) {
    list.close();
  }

  /**
   * A buffer of at least so many bytes with undefined contents. The context is the calling
   * thread's.
   *
   * @param list of the stream that will use it
   * @throws DeviceMemoryException if there is no memory, even after what is kept was freed
   */
  CudaBuffer take(long requestedBytes, BlockList list) {
    return take(requestedBytes, list, true);
  }

  /**
   * As {@link #take}, for what a library keeps for itself: it does not count as used by tensors.
   */
  CudaBuffer takeUncounted(long requestedBytes, BlockList list) {
    return take(requestedBytes, list, false);
  }

  private synchronized CudaBuffer take(long requestedBytes, BlockList list, boolean counted) {
    long bytes = sizeClass(requestedBytes);
    CudaBuffer buffer = list.poll(bytes);
    if (buffer == null) {
      buffer = allocate(bytes);
    }
    if (buffer == null) {
      releaseUnused();
      buffer = allocate(bytes);
    }
    if (buffer == null) {
      long[] free = new long[1];
      checkDriver(JCudaDriver.cuMemGetInfo(free, new long[1]), "cuMemGetInfo");
      throw new DeviceMemoryException(deviceId, requestedBytes, free[0], currentBytes);
    }
    buffer.open(list, counted);
    currentBytes += buffer.countedBytes();
    peakBytes = Math.max(peakBytes, currentBytes);
    return buffer;
  }

  /** Takes back a buffer; harmless for one that was given back, or outlives the device. */
  synchronized void give(CudaBuffer buffer) {
    if (!closed && buffer.release()) {
      currentBytes -= buffer.countedBytes();
      buffer.home().push(buffer);
    }
  }

  /** Frees what is kept for later. Waits until the device is idle. */
  synchronized void releaseUnused() {
    context.synchronize();
    for (BlockList list : lists) {
      list.drain(
          buffer -> {
            all.remove(buffer);
            free(buffer);
          });
    }
  }

  /** Frees everything, used or not. The context is the calling thread's. */
  public synchronized void close() {
    closed = true;
    context.synchronize();
    all.forEach(DeviceMemory::free);
    all.clear();
  }

  /** Leaves everything to the driver, where the context is lost and nothing can be freed. */
  public synchronized void abandon() {
    closed = true;
    all.clear();
  }

  /** What tensors take now and took at most. */
  public synchronized MemoryUse use() {
    return new MemoryUse(currentBytes, peakBytes);
  }

  /** From now on, the peak is counted anew. */
  public synchronized void resetPeak() {
    peakBytes = currentBytes;
  }

  /** Null if the device has no more memory. */
  private CudaBuffer allocate(long bytes) {
    DevicePointer pointer = new DevicePointer();
    int result = JCudaDriver.cuMemAlloc(pointer, bytes);
    if (result == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
      return null;
    }
    checkDriver(result, "cuMemAlloc of " + bytes + " bytes");
    CudaBuffer buffer = new CudaBuffer(this, pointer.address(), bytes);
    all.add(buffer);
    return buffer;
  }

  private static void free(CudaBuffer buffer) {
    checkDriver(
        JCudaDriver.cuMemFree(new DevicePointer(buffer.address())),
        "cuMemFree of " + buffer.bytes() + " bytes");
  }

  /**
   * Rounds up to an eighth of the next lower power of two, so that nearly equal requests share
   * buffers.
   */
  public static long sizeClass(long bytes) {
    long step = Math.max(MIN_BYTES, Long.highestOneBit(Math.max(1, bytes)) / STEPS_BETWEEN_POWERS);
    if (bytes > Long.MAX_VALUE - step) {
      return bytes;
    }
    return Math.max(MIN_BYTES, (bytes + step - 1) / step * step);
  }
}
