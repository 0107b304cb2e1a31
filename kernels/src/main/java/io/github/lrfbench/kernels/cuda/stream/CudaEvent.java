package io.github.lrfbench.kernels.cuda.stream;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkDriver;

import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/** A point in a stream's work, with the time at which the device came there. */
public final class CudaEvent implements AutoCloseable {
  private final CUevent handle = new CUevent();

  /** An event that no stream has come to. */
  public CudaEvent() {
    checkDriver(JCudaDriver.cuEventCreate(handle, CUevent_flags.CU_EVENT_DEFAULT), "cuEventCreate");
  }

  /** Marks what the stream has been given until now. */
  public void record(CudaStream stream) {
    checkDriver(JCudaDriver.cuEventRecord(handle, stream.handle()), "cuEventRecord");
  }

  /** Time between two events that the device has passed, in steps of about half a microsecond. */
  public double millisSince(CudaEvent first) {
    float[] millis = new float[1];
    checkDriver(JCudaDriver.cuEventElapsedTime(millis, first.handle, handle), "cuEventElapsedTime");
    return millis[0];
  }

  @Override
  public void close() {
    checkDriver(JCudaDriver.cuEventDestroy(handle), "cuEventDestroy");
  }
}
