package io.github.lrfbench.kernels.cuda.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jcuda.Pointer;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@EmulatorTest
class EmulatedMemoryTest {
  private RawDevice device;

  @BeforeEach
  void open() {
    device = new RawDevice();
  }

  @AfterEach
  void close() {
    Emulator.setDeviceMemory(0);
    device.close();
  }

  @Test
  void memoryEnds() {
    long[] free = new long[1];
    long[] total = new long[1];
    JCudaDriver.cuMemGetInfo(free, total);
    long used = total[0] - free[0];
    Emulator.setDeviceMemory(used + 1000);
    CUdeviceptr first = device.allocate(600);
    CUdeviceptr second = new CUdeviceptr();
    assertEquals(CUresult.CUDA_ERROR_OUT_OF_MEMORY, JCudaDriver.cuMemAlloc(second, 600));
    JCudaDriver.cuMemGetInfo(free, total);
    assertEquals(400, free[0]);
    assertEquals(used + 1000, total[0]);
    device.free(first);
    device.allocate(900);
  }

  @Test
  void freesOnce() {
    CUdeviceptr pointer = device.allocate(64);
    device.free(pointer);
    assertEquals(CUresult.CUDA_ERROR_INVALID_VALUE, JCudaDriver.cuMemFree(pointer));
    assertTrue(Emulator.diagnoses().get(0).contains("which was freed before"));
  }

  @Test
  void copiesWithinAllocationsOnly() {
    CUdeviceptr pointer = device.upload(1, 2, 3, 4);
    float[] five = new float[5];
    assertEquals(
        CUresult.CUDA_ERROR_INVALID_VALUE, JCudaDriver.cuMemcpyHtoD(pointer, Pointer.to(five), 20));
    assertEquals(
        CUresult.CUDA_ERROR_INVALID_VALUE,
        JCudaDriver.cuMemcpyDtoH(Pointer.to(five), pointer.withByteOffset(4), 16));
    RawDevice.check(JCudaDriver.cuMemcpyDtoD(pointer, pointer.withByteOffset(8), 8));
    RawDevice.check(JCudaDriver.cuMemsetD32(pointer.withByteOffset(12), 0, 1));
    assertArrayEquals(new float[] {3, 4, 3, 0}, device.floats(pointer, 4));
  }

  @Test
  void leaksAreTold() {
    CUdeviceptr leak = new CUdeviceptr();
    RawDevice.check(JCudaDriver.cuMemAlloc(leak, 12345));
    assertTrue(
        Emulator.liveAllocations().stream()
            .anyMatch(line -> line.startsWith("device ") && line.endsWith(" 12345")));
    CUdevice first = new CUdevice();
    JCudaDriver.cuDeviceGet(first, 0);
    RawDevice.check(JCudaDriver.cuDevicePrimaryCtxReset(first));
    assertTrue(Emulator.diagnoses().get(0).startsWith("leak: 12345 bytes of device memory"));
    assertTrue(Emulator.liveAllocations().isEmpty());
  }
}
