package io.github.lrfbench.kernels.cuda;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkSolver;

import io.github.lrfbench.kernels.cuda.driver.CudaLibrary;
import jcuda.jcusolver.JCusolverDn;
import jcuda.jcusolver.cusolverDnHandle;
import jcuda.jcusolver.cusolverDnParams;
import jcuda.runtime.cudaStream_t;

/** cuSOLVER on one stream, made when it is first asked for. */
final class SolverHandle implements AutoCloseable {
  private final CudaStream stream;
  private cusolverDnHandle handle;
  private cusolverDnParams params;

  SolverHandle(CudaStream stream) {
    this.stream = stream;
  }

  cusolverDnHandle get() {
    if (handle == null) {
      CudaLibrary.CUSOLVER.load();
      cusolverDnHandle created = new cusolverDnHandle();
      checkSolver(JCusolverDn.cusolverDnCreate(created), "cusolverDnCreate");
      handle = created;
      checkSolver(
          JCusolverDn.cusolverDnSetStream(created, new cudaStream_t(stream.handle())),
          "cusolverDnSetStream");
    }
    return handle;
  }

  /** The options of the 64-bit interface, all default. */
  cusolverDnParams params() {
    get();
    if (params == null) {
      cusolverDnParams created = new cusolverDnParams();
      checkSolver(JCusolverDn.cusolverDnCreateParams(created), "cusolverDnCreateParams");
      params = created;
    }
    return params;
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
