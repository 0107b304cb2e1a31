package io.github.lrfbench.kernels.cuda.lapack;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkSolver;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cuda.driver.HostMemory;
import io.github.lrfbench.kernels.cuda.stream.CudaStream;
import io.github.lrfbench.kernels.cuda.tensor.Gpu;
import jcuda.Pointer;
import jcuda.jcublas.cublasFillMode;
import jcuda.jcusolver.JCusolverDn;
import jcuda.jcusolver.cusolverEigMode;
import jcuda.jcusolver.cusolverEigRange;

/** The largest eigenpairs of symmetric matrices by syevd and syevdx. */
final class EigenSolver {
  private static final int MODE = cusolverEigMode.CUSOLVER_EIG_MODE_VECTOR;
  private static final int RANGE = cusolverEigRange.CUSOLVER_EIG_RANGE_I;
  private static final int UPPER = cublasFillMode.CUBLAS_FILL_MODE_UPPER;

  private final Gpu device;

  EigenSolver(Gpu device) {
    this.device = device;
  }

  /** See {@link io.github.lrfbench.kernels.ops.Lapack#largestEigenpairs}; arguments are checked. */
  void largest(Matrix a, int count, Tensor values, Matrix vectors) {
    try (Scope scope = device.openScope()) {
      Tensor ascending = scope.allocate(a.dtype(), a.rows());
      if (count == a.rows()) {
        all(a, ascending);
      } else {
        some(a, count, ascending);
      }
      // The eigenvectors are the first columns of a, for us its rows, the smallest first.
      int[] descending = new int[count];
      for (int i = 0; i < count; i++) {
        descending[i] = count - 1 - i;
      }
      Tensor order = scope.ints(descending, count);
      device.nn().gatherRows(a.rows(0, count), order, vectors);
      device
          .nn()
          .gatherRows(
              new Matrix(ascending, 0, count, 1, 1), order, new Matrix(values, 0, count, 1, 1));
    }
  }

  private void all(Matrix a, Tensor values) {
    Pointer data = CudaLapack.pointer(a);
    Pointer w = CudaLapack.pointer(new Matrix(values, 0, 1, a.rows(), a.rows()));
    int n = a.rows();
    int ld = a.stride();
    CudaStream stream = device.stream();
    boolean isDouble = a.dtype() == DType.F64;
    synchronized (stream) {
      try (SolverCall call = new SolverCall(stream)) {
        int[] length = new int[1];
        checkSolver(
            isDouble
                ? JCusolverDn.cusolverDnDsyevd_bufferSize(
                    call.handle(), MODE, UPPER, n, data, ld, w, length)
                : JCusolverDn.cusolverDnSsyevd_bufferSize(
                    call.handle(), MODE, UPPER, n, data, ld, w, length),
            CudaLapack.describe("syevd_bufferSize", a));
        Pointer work = call.work(length[0], a.dtype());
        checkSolver(
            isDouble
                ? JCusolverDn.cusolverDnDsyevd(
                    call.handle(), MODE, UPPER, n, data, ld, w, work, length[0], call.info())
                : JCusolverDn.cusolverDnSsyevd(
                    call.handle(), MODE, UPPER, n, data, ld, w, work, length[0], call.info()),
            CudaLapack.describe("syevd", a));
        CudaLapack.requireConverged(call, "syevd", a);
      }
    }
  }

  /** The {@code count} largest, which leaves out most of the work on vectors. */
  private void some(Matrix a, int count, Tensor values) {
    Pointer data = CudaLapack.pointer(a);
    Pointer w = CudaLapack.pointer(new Matrix(values, 0, 1, a.rows(), a.rows()));
    int n = a.rows();
    int ld = a.stride();
    int from = n - count + 1;
    CudaStream stream = device.stream();
    boolean isDouble = a.dtype() == DType.F64;
    synchronized (stream) {
      try (SolverCall call = new SolverCall(stream);
          HostMemory found = new HostMemory(Integer.BYTES)) {
        Pointer foundPointer = found.pointer();
        int[] length = new int[1];
        checkSolver(
            isDouble
                ? JCusolverDn.cusolverDnDsyevdx_bufferSize(
                    call.handle(),
                    MODE,
                    RANGE,
                    UPPER,
                    n,
                    data,
                    ld,
                    0.0,
                    0.0,
                    from,
                    n,
                    foundPointer,
                    w,
                    length)
                : JCusolverDn.cusolverDnSsyevdx_bufferSize(
                    call.handle(),
                    MODE,
                    RANGE,
                    UPPER,
                    n,
                    data,
                    ld,
                    0f,
                    0f,
                    from,
                    n,
                    foundPointer,
                    w,
                    length),
            CudaLapack.describe("syevdx_bufferSize", a));
        Pointer work = call.work(length[0], a.dtype());
        checkSolver(
            isDouble
                ? JCusolverDn.cusolverDnDsyevdx(
                    call.handle(),
                    MODE,
                    RANGE,
                    UPPER,
                    n,
                    data,
                    ld,
                    0.0,
                    0.0,
                    from,
                    n,
                    foundPointer,
                    w,
                    work,
                    length[0],
                    call.info())
                : JCusolverDn.cusolverDnSsyevdx(
                    call.handle(),
                    MODE,
                    RANGE,
                    UPPER,
                    n,
                    data,
                    ld,
                    0f,
                    0f,
                    from,
                    n,
                    foundPointer,
                    w,
                    work,
                    length[0],
                    call.info()),
            CudaLapack.describe("syevdx", a));
        CudaLapack.requireConverged(call, "syevdx", a);
        if (found.readInt() != count) {
          throw new ArithmeticException(
              CudaLapack.describe("syevdx", a)
                  + " found "
                  + found.readInt()
                  + " eigenpairs, not "
                  + count);
        }
      }
    }
  }
}
