package io.github.lrfbench.kernels.cuda.driver;

import jcuda.driver.CUresult;
import jcuda.jcublas.cublasStatus;
import jcuda.jcusolver.cusolverStatus;
import jcuda.nvrtc.nvrtcResult;

/** Turns what CUDA's calls return into exceptions. */
public final class CudaStatus {
  private CudaStatus() {}

  /**
   * Checks the answer of the driver.
   *
   * @param result what the call returned
   * @param call its name, with the sizes that it was given
   * @throws CudaCallException if it failed; the message names call, fault and a hint
   */
  public static void checkDriver(int result, String call) {
    if (result != CUresult.CUDA_SUCCESS) {
      throw failure(call, CUresult.stringFor(result), result, hint(result));
    }
  }

  /** Checks the answer of cuBLAS; see {@link #checkDriver}. */
  public static void checkBlas(int result, String call) {
    if (result != cublasStatus.CUBLAS_STATUS_SUCCESS) {
      throw failure(call, cublasStatus.stringFor(result), result, "");
    }
  }

  /** Checks the answer of cuSOLVER; see {@link #checkDriver}. */
  public static void checkSolver(int result, String call) {
    if (result != cusolverStatus.CUSOLVER_STATUS_SUCCESS) {
      throw failure(call, cusolverStatus.stringFor(result), result, "");
    }
  }

  /** Checks the answer of NVRTC; see {@link #checkDriver}. */
  public static void checkCompiler(int result, String call) {
    if (result != nvrtcResult.NVRTC_SUCCESS) {
      throw failure(call, nvrtcResult.stringFor(result), result, "");
    }
  }

  private static CudaCallException failure(String call, String name, int code, String hint) {
    return new CudaCallException(call + " failed: " + name + " (" + code + ")" + hint, code);
  }

  private static String hint(int result) {
    return switch (result) {
      case CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
          CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
          CUresult.CUDA_ERROR_LAUNCH_FAILED ->
          "; a kernel before it failed, and this process can use the device no more";
      case CUresult.CUDA_ERROR_NO_DEVICE -> "; is the device hidden by CUDA_VISIBLE_DEVICES?";
      case CUresult.CUDA_ERROR_OUT_OF_MEMORY -> "; another process may hold the device's memory";
      case CUresult.CUDA_ERROR_UNKNOWN, CUresult.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH ->
          "; was the driver updated without a restart?";
      default -> "";
    };
  }
}
