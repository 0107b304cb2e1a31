package io.github.lrfbench.kernels.cuda.stream;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkBlas;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.cuda.driver.CudaLibrary;
import io.github.lrfbench.kernels.cuda.driver.DevicePointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.runtime.cudaStream_t;

/** cuBLAS on one stream, made when it is first asked for. */
public final class BlasHandle implements AutoCloseable {
  private static final int HOPPER = 90;
  private static final long HOPPER_WORKSPACE_BYTES = 32L << 20;
  private static final long WORKSPACE_BYTES = 4L << 20;

  private final CudaStream stream;
  private final long workspaceBytes;
  private final ByteBuffer alpha = scalar();
  private final ByteBuffer beta = scalar();
  private final Pointer alphaPointer = Pointer.to(alpha);
  private final Pointer betaPointer = Pointer.to(beta);
  private cublasHandle handle;

  BlasHandle(CudaStream stream, DeviceProperties properties) {
    this.stream = stream;
    workspaceBytes = properties.capability() >= HOPPER ? HOPPER_WORKSPACE_BYTES : WORKSPACE_BYTES;
  }

  private static ByteBuffer scalar() {
    return ByteBuffer.allocateDirect(Double.BYTES).order(ByteOrder.nativeOrder());
  }

  /** A factor of a product, in host memory that the next call of this method overwrites. */
  public Pointer alpha(double value, DType dtype) {
    set(alpha, value, dtype);
    return alphaPointer;
  }

  /** A second factor; as {@link #alpha}. */
  public Pointer beta(double value, DType dtype) {
    set(beta, value, dtype);
    return betaPointer;
  }

  /** Products of narrower types than F64 take their factors in F32. */
  private static void set(ByteBuffer scalar, double value, DType dtype) {
    if (dtype == DType.F64) {
      scalar.putDouble(0, value);
    } else {
      scalar.putFloat(0, (float) value);
    }
  }

  /** The handle, made at the first call. */
  public cublasHandle get() {
    if (handle == null) {
      CudaLibrary.CUBLAS.load();
      cublasHandle created = new cublasHandle();
      checkBlas(JCublas2.cublasCreate(created), "cublasCreate");
      handle = created;
      checkBlas(
          JCublas2.cublasSetStream(created, new cudaStream_t(stream.handle())), "cublasSetStream");
      // Its own workspace: one that cuBLAS would allocate cannot be part of a graph.
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
