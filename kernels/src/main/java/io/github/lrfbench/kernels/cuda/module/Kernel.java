package io.github.lrfbench.kernels.cuda.module;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkDriver;

import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/** A function that is loaded into the device's context. */
public final class Kernel {
  /** Shared memory, static and dynamic, that a launch may have without asking. */
  private static final int DEFAULT_SHARED_BYTES = 48 * 1024;

  private final KernelModules modules;
  private final String name;
  private final CUfunction function;
  private final int maxThreads;
  private int allowedSharedBytes;

  Kernel(KernelModules modules, String name, CUfunction function) {
    this.modules = modules;
    this.name = name;
    this.function = function;
    maxThreads = attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK);
    allowedSharedBytes =
        DEFAULT_SHARED_BYTES - attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES);
  }

  /** Bytes of local memory a thread uses: 0 unless registers do not suffice. */
  public int localBytes() {
    return attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES);
  }

  /** Registers of a thread. */
  public int registers() {
    return attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS);
  }

  /**
   * Queues a run; with an empty grid there is none. The device's context is the calling thread's.
   *
   * @param threads of a block
   * @param sharedBytes dynamic shared memory
   * @param arguments in the order of the kernel's parameters: Long for addresses and 64-bit
   *     integers, Integer, Double, Float
   * @throws IllegalArgumentException if the block has too many threads
   */
  public void launch(
      CUstream stream, Grid grid, int threads, int sharedBytes, Object... arguments) {
    if (prepare(grid, threads, sharedBytes)) {
      checkDriver(
          JCudaDriver.cuLaunchKernel(
              function,
              (int) grid.x(),
              (int) grid.y(),
              (int) grid.z(),
              threads,
              1,
              1,
              sharedBytes,
              stream,
              modules.arguments().set(arguments),
              null),
          "cuLaunchKernel of " + name);
    }
  }

  /**
   * The same of blocks that wait for each other: all of them run at once, or the launch fails.
   *
   * @throws IllegalArgumentException if the block has too many threads
   */
  public void launchTogether(
      CUstream stream, Grid grid, int threads, int sharedBytes, Object... arguments) {
    if (prepare(grid, threads, sharedBytes)) {
      checkDriver(
          JCudaDriver.cuLaunchCooperativeKernel(
              function,
              (int) grid.x(),
              (int) grid.y(),
              (int) grid.z(),
              threads,
              1,
              1,
              sharedBytes,
              stream,
              modules.arguments().set(arguments)),
          "cuLaunchCooperativeKernel of " + name);
    }
  }

  /** False where there is nothing to run. */
  private boolean prepare(Grid grid, int threads, int sharedBytes) {
    if (grid.isEmpty()) {
      return false;
    }
    if (threads < 1 || threads > maxThreads) {
      throw new IllegalArgumentException(
          name + " runs with at most " + maxThreads + " threads, not " + threads);
    }
    allowSharedBytes(sharedBytes);
    return true;
  }

  private synchronized void allowSharedBytes(int bytes) {
    if (bytes > allowedSharedBytes) {
      checkDriver(
          JCudaDriver.cuFuncSetAttribute(
              function,
              CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
              bytes),
          "cuFuncSetAttribute of " + bytes + " bytes of shared memory for " + name);
      allowedSharedBytes = bytes;
    }
  }

  private int attribute(int attribute) {
    int[] value = new int[1];
    checkDriver(
        JCudaDriver.cuFuncGetAttribute(value, attribute, function),
        "cuFuncGetAttribute of " + name);
    return value[0];
  }
}
