package io.github.lrfbench.kernels.cuda;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkBlas;

import io.github.lrfbench.kernels.cuda.driver.CudaLibrary;
import io.github.lrfbench.kernels.cuda.driver.DevicePointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.runtime.cudaStream_t;

/** cuBLAS on one stream, made when it is first asked for. */
final class BlasHandle implements AutoCloseable {
  private static final int HOPPER = 90;
  private static final long HOPPER_WORKSPACE_BYTES = 32L << 20;
  private static final long WORKSPACE_BYTES = 4L << 20;

  private final CudaStream stream;
  private final long workspaceBytes;
  private final boolean tf32;
  private cublasHandle handle;

  BlasHandle(CudaStream stream, DeviceProperties properties, boolean tf32) {
    this.stream = stream;
    this.tf32 = tf32;
    workspaceBytes = properties.capability() >= HOPPER ? HOPPER_WORKSPACE_BYTES : WORKSPACE_BYTES;
  }

  /** Whether F32 products may round their factors to TF32. */
  boolean tf32() {
    return tf32;
  }

  cublasHandle get() {
    if (handle == null) {
      CudaLibrary.CUBLAS.load();
      cublasHandle created = new cublasHandle();
      checkBlas(JCublas2.cublasCreate(created), "cublasCreate");
      handle = created;
      checkBlas(
          JCublas2.cublasSetStream(created, new cudaStream_t(stream.handle())), "cublasSetStream");
      // Its own workspace: one that cuBLAS would allocate cannot be part of a recording.
      CudaBuffer workspace = stream.takeWorkspace(workspaceBytes);
      checkBlas(
          JCublas2.cublasSetWorkspace(
              created, new DevicePointer(workspace.address()), workspace.bytes()),
          "cublasSetWorkspace of " + workspace.bytes() + " bytes");
      checkBlas(
          JCublas2.cublasSetMathMode(
              created, cublasMath.CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION),
          "cublasSetMathMode");
    }
    return handle;
  }

  @Override
  public void close() {
    if (handle != null) {
      checkBlas(JCublas2.cublasDestroy(handle), "cublasDestroy");
    }
  }
}
