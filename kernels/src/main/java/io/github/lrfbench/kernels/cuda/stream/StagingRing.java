package io.github.lrfbench.kernels.cuda.stream;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkDriver;

import io.github.lrfbench.kernels.cuda.driver.DevicePointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/**
 * Page-locked host memory through which a stream's copies go, in slots that are used in turn. The
 * host waits only for a slot whose last copy is not done; so uploads of a few small tensors return
 * at once, and large ones convert one slot while another is copied.
 */
public final class StagingRing implements AutoCloseable {
  /** Bytes of a slot. */
  public static final int SLOT_BYTES = 256 << 10;

  private static final int SLOTS = 16;

  /** Fills or empties a slot: elements {@code [from, from + count)} of the whole copy. */
  @FunctionalInterface
  public interface Transfer {
    void run(ByteBuffer slot, int from, int count);
  }

  private final Pointer memory = new Pointer();
  private final ByteBuffer[] slots = new ByteBuffer[SLOTS];
  private final CUevent[] copied = new CUevent[SLOTS];
  private final CUstream stream;
  private int next;

  StagingRing(CUstream stream) {
    this.stream = stream;
    long bytes = (long) SLOTS * SLOT_BYTES;
    checkDriver(
        JCudaDriver.cuMemAllocHost(memory, bytes),
        "cuMemAllocHost of " + bytes + " bytes (page-locked host memory)");
    ByteBuffer all = memory.getByteBuffer(0, bytes);
    for (int i = 0; i < SLOTS; i++) {
      slots[i] = all.slice(i * SLOT_BYTES, SLOT_BYTES).order(ByteOrder.nativeOrder());
      copied[i] = new CUevent();
      checkDriver(
          JCudaDriver.cuEventCreate(copied[i], CUevent_flags.CU_EVENT_DISABLE_TIMING),
          "cuEventCreate");
    }
  }

  /** Copies {@code count} elements to the device; the source may change when this returns. */
  void upload(long address, int count, int elementBytes, Transfer fill) {
    int perSlot = SLOT_BYTES / elementBytes;
    for (int from = 0; from < count; from += perSlot) {
      int part = Math.min(perSlot, count - from);
      int slot = nextFree();
      fill.run(slots[slot], from, part);
      long bytes = (long) part * elementBytes;
      checkDriver(
          JCudaDriver.cuMemcpyHtoDAsync(
              new DevicePointer(address + (long) from * elementBytes), host(slot), bytes, stream),
          "cuMemcpyHtoDAsync of " + bytes + " bytes");
      checkDriver(JCudaDriver.cuEventRecord(copied[slot], stream), "cuEventRecord");
    }
  }

  /** Copies {@code count} elements from the device, after all work that was queued before. */
  void download(long address, int count, int elementBytes, Transfer empty) {
    int perSlot = SLOT_BYTES / elementBytes;
    int parts = (int) (((long) count + perSlot - 1) / perSlot);
    int[] slotOf = new int[parts];
    for (int queued = 0, emptied = 0; emptied < parts; emptied++) {
      for (; queued < parts && queued < emptied + SLOTS; queued++) {
        slotOf[queued] = nextFree();
        long bytes = (long) part(queued, perSlot, count) * elementBytes;
        checkDriver(
            JCudaDriver.cuMemcpyDtoHAsync(
                host(slotOf[queued]),
                new DevicePointer(address + (long) queued * perSlot * elementBytes),
                bytes,
                stream),
            "cuMemcpyDtoHAsync of " + bytes + " bytes");
        checkDriver(JCudaDriver.cuEventRecord(copied[slotOf[queued]], stream), "cuEventRecord");
      }
      int slot = slotOf[emptied];
      checkDriver(JCudaDriver.cuEventSynchronize(copied[slot]), "cuEventSynchronize");
      empty.run(slots[slot], emptied * perSlot, part(emptied, perSlot, count));
    }
  }

  private static int part(int index, int perSlot, int count) {
    return Math.min(perSlot, count - index * perSlot);
  }

  private int nextFree() {
    int slot = next;
    next = (next + 1) % SLOTS;
    checkDriver(JCudaDriver.cuEventSynchronize(copied[slot]), "cuEventSynchronize");
    return slot;
  }

  private Pointer host(int slot) {
    return memory.withByteOffset((long) slot * SLOT_BYTES);
  }

  @Override
  public void close() {
    for (CUevent event : copied) {
      checkDriver(JCudaDriver.cuEventDestroy(event), "cuEventDestroy");
    }
    checkDriver(JCudaDriver.cuMemFreeHost(memory), "cuMemFreeHost");
  }
}
