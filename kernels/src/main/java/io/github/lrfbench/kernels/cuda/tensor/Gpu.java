package io.github.lrfbench.kernels.cuda.tensor;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.cuda.module.KernelModules;
import io.github.lrfbench.kernels.cuda.stream.CudaBuffer;
import io.github.lrfbench.kernels.cuda.stream.CudaStream;
import io.github.lrfbench.kernels.cuda.stream.DeviceProperties;
import io.github.lrfbench.kernels.host.Arguments;

/** A GPU as the operations on it see it. */
public interface Gpu extends Device {
  /** What the GPU is. */
  DeviceProperties properties();

  /** Checks of arguments that must live on this device. */
  Arguments arguments();

  /**
   * The stream for the calling thread's work; the device's context becomes the thread's. Ask for it
   * at every call and do not keep it.
   *
   * @throws IllegalStateException if the device is closed
   */
  CudaStream stream();

  /** Memory whose next use is on the calling thread's stream. */
  default CudaBuffer scratch(long bytes) {
    return stream().take(bytes);
  }

  /** Counts that a slower routine takes the place of one that did not do. */
  void fellBackTo(String routine);

  /** Our own kernels, compiled when first used. */
  KernelModules modules();

  /**
   * Refuses what comes too late.
   *
   * @throws IllegalStateException if the device is closed
   */
  void requireOpen();
}
