package io.github.lrfbench.kernels.cuda.stream;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkDriver;

import java.nio.charset.StandardCharsets;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.JCudaDriver;

/**
 * What a GPU is.
 *
 * @param name the maker's name
 * @param major compute capability before the dot
 * @param minor compute capability after the dot
 * @param multiprocessors number of multiprocessors
 * @param sharedBytesPerBlock shared memory that a block may have after opting in
 * @param sharedBytesPerMultiprocessor shared memory of a multiprocessor
 * @param threadsPerMultiprocessor resident threads of a multiprocessor
 * @param registersPerMultiprocessor 32-bit registers of a multiprocessor
 * @param l2Bytes second level cache
 */
public record DeviceProperties(
    String name,
    int major,
    int minor,
    int multiprocessors,
    int sharedBytesPerBlock,
    int sharedBytesPerMultiprocessor,
    int threadsPerMultiprocessor,
    int registersPerMultiprocessor,
    int l2Bytes) {

  /** Asks the driver. */
  public static DeviceProperties of(CUdevice device) {
    byte[] name = new byte[256];
    checkDriver(JCudaDriver.cuDeviceGetName(name, name.length, device), "cuDeviceGetName");
    int length = 0;
    while (length < name.length && name[length] != 0) {
      length++;
    }
    return new DeviceProperties(
        new String(name, 0, length, StandardCharsets.UTF_8),
        ask(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
        ask(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
        ask(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
        ask(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN),
        ask(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR),
        ask(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR),
        ask(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR),
        ask(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE));
  }

  /** The compute capability as a number of two digits, as in {@code sm_86}. */
  public int capability() {
    return 10 * major + minor;
  }

  private static int ask(CUdevice device, int attribute) {
    int[] value = new int[1];
    checkDriver(
        JCudaDriver.cuDeviceGetAttribute(value, attribute, device),
        "cuDeviceGetAttribute " + CUdevice_attribute.stringFor(attribute));
    return value[0];
  }
}
