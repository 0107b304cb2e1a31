package io.github.lrfbench.kernels.cuda;

/**
 * A piece of device memory with undefined contents. Closing gives it back: work that was queued
 * before on the same stream may still use it.
 */
public interface CudaBuffer extends AutoCloseable {
  /** Where it is on the device, a multiple of 256. */
  long address();

  /** Its size. */
  long bytes();

  @Override
  void close();
}
