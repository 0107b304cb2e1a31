package io.github.lrfbench.kernels.cuda.module;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkDriver;

import io.github.lrfbench.kernels.cuda.driver.DevicePointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;

/**
 * The arguments of a launch in native memory: a table of addresses, which never changes, followed
 * by the values. A launch copies them, so that one thread can use them again at once.
 */
final class LaunchArguments implements AutoCloseable {
  private static final int MAX_ARGUMENTS = 32;
  private static final int SLOT = Long.BYTES;

  private final DevicePointer memory = new DevicePointer();
  private final ByteBuffer buffer;

  LaunchArguments() {
    int bytes = 2 * MAX_ARGUMENTS * SLOT;
    checkDriver(JCudaDriver.cuMemAllocHost(memory, bytes), "cuMemAllocHost of " + bytes + " bytes");
    buffer = memory.getByteBuffer(0, bytes).order(ByteOrder.nativeOrder());
    for (int i = 0; i < MAX_ARGUMENTS; i++) {
      buffer.putLong(i * SLOT, memory.address() + (MAX_ARGUMENTS + i) * SLOT);
    }
  }

  /**
   * Writes the values.
   *
   * @param arguments Integer, Long (also for addresses), Float or Double each
   * @return what cuLaunchKernel takes
   */
  Pointer set(Object... arguments) {
    if (arguments.length > MAX_ARGUMENTS) {
      throw new IllegalArgumentException(arguments.length + " arguments of a kernel are too many");
    }
    for (int i = 0; i < arguments.length; i++) {
      int slot = (MAX_ARGUMENTS + i) * SLOT;
      Object argument = arguments[i];
      if (argument instanceof Long value) {
        buffer.putLong(slot, value);
      } else if (argument instanceof Integer value) {
        buffer.putInt(slot, value);
      } else if (argument instanceof Double value) {
        buffer.putDouble(slot, value);
      } else if (argument instanceof Float value) {
        buffer.putFloat(slot, value);
      } else {
        throw new IllegalArgumentException("argument " + i + " of a kernel is " + argument);
      }
    }
    return memory;
  }

  @Override
  public void close() {
    checkDriver(JCudaDriver.cuMemFreeHost(memory), "cuMemFreeHost");
  }
}
