package io.github.lrfbench.kernels.cuda.lapack;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.cuda.driver.DevicePointer;
import io.github.lrfbench.kernels.cuda.driver.PolarWorkspace;
import io.github.lrfbench.kernels.cuda.stream.CudaBuffer;
import io.github.lrfbench.kernels.cuda.stream.CudaStream;
import io.github.lrfbench.kernels.cuda.stream.SolverHandle;
import java.util.ArrayList;
import java.util.List;
import jcuda.Pointer;
import jcuda.jcusolver.cusolverDnHandle;
import jcuda.jcusolver.cusolverDnParams;

/**
 * What one call of cuSOLVER needs besides matrices: workspace on the device and on the host, and a
 * place for its answer. To be used under the stream's monitor; closing gives the workspace back to
 * the stream, which keeps it for the next call.
 */
final class SolverCall implements AutoCloseable {
  private final CudaStream stream;
  private final List<CudaBuffer> buffers = new ArrayList<>();
  private final long info;

  SolverCall(CudaStream stream) {
    this.stream = stream;
    info = address(Integer.BYTES);
  }

  cusolverDnHandle handle() {
    return stream.solver().get();
  }

  /** The options of the 64-bit interface. */
  cusolverDnParams params() {
    return stream.solver().params();
  }

  /** What Xgesvdp needs; see {@link PolarWorkspace#of}. */
  PolarWorkspace polarWorkspace(long m, long n, int type, long a, long s, long u, long v) {
    SolverHandle solver = stream.solver();
    return PolarWorkspace.of(solver.address(), solver.paramsAddress(), m, n, type, a, s, u, v);
  }

  /** Workspace of so many elements. */
  Pointer work(long elements, DType dtype) {
    return workBytes(elements * dtype.bytes());
  }

  /** Workspace of so many bytes. */
  Pointer workBytes(long bytes) {
    return new DevicePointer(address(bytes));
  }

  private long address(long bytes) {
    CudaBuffer buffer = stream.take(bytes);
    buffers.add(buffer);
    return buffer.address();
  }

  /** Where the routine writes its answer. */
  Pointer info() {
    return new DevicePointer(info);
  }

  /** Waits for the routine's answer: 0 if all is well. */
  int readInfo() {
    int[] answer = new int[1];
    stream.download(info, 1, Integer.BYTES, (slot, from, count) -> answer[0] = slot.getInt(0));
    return answer[0];
  }

  @Override
  public void close() {
    buffers.forEach(CudaBuffer::close);
  }
}
