package io.github.lrfbench.kernels.cuda.stream;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkDriver;

import io.github.lrfbench.kernels.cuda.driver.CudaCallException;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** The primary context of a GPU, which every library of the process shares. */
public final class CudaContext implements AutoCloseable {
  private static final ThreadLocal<CudaContext> CURRENT = new ThreadLocal<>();

  /** What NVML takes at most, with the zero at the end. */
  private static final int PCI_BUS_ID_LENGTH = 32;

  private final CUdevice device = new CUdevice();
  private final CUcontext context = new CUcontext();
  private final DeviceProperties properties;

  /** Retains the context of device number {@code index}, and makes it the calling thread's. */
  public CudaContext(int index) {
    checkDriver(JCudaDriver.cuDeviceGet(device, index), "cuDeviceGet " + index);
    properties = DeviceProperties.of(device);
    checkDriver(
        JCudaDriver.cuDevicePrimaryCtxRetain(context, device),
        "cuDevicePrimaryCtxRetain of device " + index);
    enter();
  }

  /** What the GPU is. */
  public DeviceProperties properties() {
    return properties;
  }

  /**
   * Where the GPU sits, such as {@code 0000:3b:00.0}: its name for tools that do not know CUDA's
   * numbers, which {@code CUDA_VISIBLE_DEVICES} changes. Empty if the driver does not tell.
   */
  public String pciBusId() {
    String[] id = new String[1];
    int result = JCudaDriver.cuDeviceGetPCIBusId(id, PCI_BUS_ID_LENGTH, device);
    return result == CUresult.CUDA_SUCCESS ? id[0].strip() : "";
  }

  /** Makes this context the calling thread's; every CUDA call needs that. */
  public void enter() {
    if (CURRENT.get() != this) {
      checkDriver(JCudaDriver.cuCtxSetCurrent(context), "cuCtxSetCurrent");
      CURRENT.set(this);
    }
  }

  /** Waits until all work of all streams is done. */
  public void synchronize() {
    enter();
    checkDriver(JCudaDriver.cuCtxSynchronize(), "cuCtxSynchronize");
  }

  /** Whether every call fails from now on. Waits until all work of all streams is done. */
  public boolean isLost() {
    try {
      synchronize();
      return false;
    } catch (CudaCallException e) {
      return true;
    }
  }

  /** Gives up a context that is lost: the driver frees what it held. */
  public void abandon() {
    CURRENT.remove();
    // What it answers tells of the fault that is known.
    JCudaDriver.cuDevicePrimaryCtxRelease(device);
  }

  @Override
  public void close() {
    CURRENT.remove();
    checkDriver(JCudaDriver.cuDevicePrimaryCtxRelease(device), "cuDevicePrimaryCtxRelease");
  }
}
