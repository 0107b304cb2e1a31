package io.github.lrfbench.kernels.cuda.driver;

/** CUDA's libraries that this program calls. */
public enum CudaLibrary {
  /** {@code libcuda}, which comes with the driver. */
  DRIVER,
  /** {@code libnvrtc}, the compiler of kernels. */
  NVRTC,
  /** {@code libcublas}, matrix products. */
  CUBLAS,
  /** {@code libcusolver}, factorizations. */
  CUSOLVER;

  /**
   * Finds and loads the library with those that it needs, and JCuda's bindings to it. Does nothing
   * the second time.
   *
   * @throws io.github.lrfbench.kernels.InputException if one is missing; the message says which and
   *     how to get it
   */
  public void load() {}
}
