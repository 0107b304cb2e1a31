package io.github.lrfbench.kernels.cuda.stream;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkDriver;

import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.JCudaDriver;

/** The primary context of a GPU, which every library of the process shares. */
public final class CudaContext implements AutoCloseable {
  private static final ThreadLocal<CudaContext> CURRENT = new ThreadLocal<>();

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

  @Override
  public void close() {
    CURRENT.remove();
    checkDriver(JCudaDriver.cuDevicePrimaryCtxRelease(device), "cuDevicePrimaryCtxRelease");
  }
}
