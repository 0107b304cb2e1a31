package io.github.lrfbench.kernels.cuda.stream;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkSolver;

import io.github.lrfbench.kernels.cuda.driver.CudaLibrary;
import jcuda.jcusolver.JCusolverDn;
import jcuda.jcusolver.cusolverDnHandle;
import jcuda.jcusolver.cusolverDnParams;
import jcuda.runtime.cudaStream_t;

/** cuSOLVER on one stream, made when it is first asked for. */
public final class SolverHandle implements AutoCloseable {
  /** A handle whose address can be read. */
  private static final class Handle extends cusolverDnHandle {
    long address() {
      return getNativePointer();
    }
  }

  /** Options whose address can be read. */
  private static final class Params extends cusolverDnParams {
    long address() {
      return getNativePointer();
    }
  }

  private final CudaStream stream;
  private Handle handle;
  private Params params;

  SolverHandle(CudaStream stream) {
    this.stream = stream;
  }

  /** The handle, made at the first call. */
  public cusolverDnHandle get() {
    if (handle == null) {
      CudaLibrary.CUSOLVER.load();
      Handle created = new Handle();
      checkSolver(JCusolverDn.cusolverDnCreate(created), "cusolverDnCreate");
      handle = created;
      checkSolver(
          JCusolverDn.cusolverDnSetStream(created, new cudaStream_t(stream.handle())),
          "cusolverDnSetStream");
    }
    return handle;
  }

  /** The options of the 64-bit interface, all default. */
  public cusolverDnParams params() {
    get();
    if (params == null) {
      Params created = new Params();
      checkSolver(JCusolverDn.cusolverDnCreateParams(created), "cusolverDnCreateParams");
      params = created;
    }
    return params;
  }

  /** Where the handle is, for {@link io.github.lrfbench.kernels.cuda.driver.PolarWorkspace}. */
  public long address() {
    get();
    return handle.address();
  }

  /** Where the options are. */
  public long paramsAddress() {
    params();
    return params.address();
  }

  @Override
  public void close() {
    if (params != null) {
      checkSolver(JCusolverDn.cusolverDnDestroyParams(params), "cusolverDnDestroyParams");
    }
    if (handle != null) {
      checkSolver(JCusolverDn.cusolverDnDestroy(handle), "cusolverDnDestroy");
    }
  }
}
