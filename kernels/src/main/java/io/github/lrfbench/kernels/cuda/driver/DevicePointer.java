package io.github.lrfbench.kernels.cuda.driver;

import jcuda.driver.CUdeviceptr;

/** A JCuda pointer whose address can be set and read. */
public final class DevicePointer extends CUdeviceptr {
  /** A null pointer, to be set by a call that allocates. */
  public DevicePointer() {}

  /** A pointer to an address. */
  public DevicePointer(long address) {
    super(new CUdeviceptr(), address);
  }

  /** The address. */
  public long address() {
    return getNativePointer() + getByteOffset();
  }
}
