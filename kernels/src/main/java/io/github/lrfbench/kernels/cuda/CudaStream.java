package io.github.lrfbench.kernels.cuda;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkDriver;

import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/** A queue of work on the device; its work is done in order. */
public final class CudaStream implements AutoCloseable {
  private final CUstream handle = new CUstream();

  CudaStream() {
    checkDriver(
        JCudaDriver.cuStreamCreate(handle, CUstream_flags.CU_STREAM_NON_BLOCKING),
        "cuStreamCreate");
  }

  /** The driver's handle, for launches. */
  public CUstream handle() {
    return handle;
  }

  /** Waits until all work of this stream is done. */
  void synchronize() {
    checkDriver(JCudaDriver.cuStreamSynchronize(handle), "cuStreamSynchronize");
  }

  @Override
  public void close() {
    checkDriver(JCudaDriver.cuStreamDestroy(handle), "cuStreamDestroy");
  }
}
