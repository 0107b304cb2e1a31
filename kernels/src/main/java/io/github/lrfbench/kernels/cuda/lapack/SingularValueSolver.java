package io.github.lrfbench.kernels.cuda.lapack;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkSolver;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cuda.blas.Gemm;
import io.github.lrfbench.kernels.cuda.blas.MatrixKernels;
import io.github.lrfbench.kernels.cuda.driver.CudaCallException;
import io.github.lrfbench.kernels.cuda.driver.DevicePointer;
import io.github.lrfbench.kernels.cuda.driver.HostMemory;
import io.github.lrfbench.kernels.cuda.driver.PolarWorkspace;
import io.github.lrfbench.kernels.cuda.stream.CudaStream;
import io.github.lrfbench.kernels.cuda.tensor.Gpu;
import jcuda.Pointer;
import jcuda.cudaDataType;
import jcuda.jcusolver.JCusolverDn;
import jcuda.jcusolver.cusolverEigMode;

/**
 * Full singular value decompositions.
 *
 * <p>First Xgesvdp, by the polar decomposition (Nakatsukasa and Higham 2013): the fastest by far,
 * but it perturbs matrices that are singular or nearly so. {@link SvdProbe} tells whether the
 * result will do. Else gesvd, by QR iterations.
 *
 * <p>All want a column-major matrix with no fewer rows than columns: the given one if it is wide,
 * since we are row-major, its transpose if it is tall.
 */
final class SingularValueSolver {
  private final Gpu device;
  private final MatrixKernels kernels;
  private final SvdProbe probe;
  private final RangeScaling scaling;

  SingularValueSolver(Gpu device, MatrixKernels kernels, Gemm gemm) {
    this.device = device;
    this.kernels = kernels;
    probe = new SvdProbe(device, kernels, gemm);
    scaling = new RangeScaling(kernels);
  }

  /**
   * A decomposition of a wide matrix b [k, l], k ≤ l: {@code b = rightᵀ diag(s) left}.
   *
   * @param left [k, l], orthonormal rows
   * @param right [k, k], orthonormal rows
   */
  record Factors(Tensor s, Matrix left, Matrix right) {}

  /** See {@link io.github.lrfbench.kernels.ops.Lapack#svd}; arguments are checked. */
  void decompose(Matrix a, Tensor s, Matrix u, Matrix vt) {
    boolean isTall = a.rows() > a.cols();
    int k = Math.min(a.rows(), a.cols());
    int l = Math.max(a.rows(), a.cols());
    try (Scope scope = device.openScope()) {
      Factors factors =
          new Factors(
              s,
              Matrix.of(scope.allocate(a.dtype(), k, l)),
              Matrix.of(scope.allocate(a.dtype(), k, k)));
      Matrix wide = Matrix.of(scope.allocate(a.dtype(), k, l));
      Matrix copy = Matrix.of(scope.allocate(a.dtype(), k, l));
      widen(a, wide);
      double factor = scaling.apply(wide);
      kernels.copyConvert(wide, copy);
      if (!polarIfThere(copy, factors) || !probe.accepts(wide, factors)) {
        device.fellBackTo("gesvd");
        kernels.copyConvert(wide, copy);
        requireConverged(iterated(copy, factors), a);
      }
      scaling.undo(s, factor);
      if (isTall) {
        kernels.transposeConvert(factors.left(), u);
        kernels.copyConvert(factors.right(), vt);
      } else {
        kernels.transposeConvert(factors.right(), u);
        kernels.copyConvert(factors.left(), vt);
      }
    }
  }

  /** See {@link io.github.lrfbench.kernels.ops.Lapack#singularValues}; arguments are checked. */
  void values(Matrix a, Tensor s) {
    int k = Math.min(a.rows(), a.cols());
    int l = Math.max(a.rows(), a.cols());
    try (Scope scope = device.openScope()) {
      Matrix wide = Matrix.of(scope.allocate(a.dtype(), k, l));
      widen(a, wide);
      double factor = scaling.apply(wide);
      Pointer unused = CudaLapack.pointer(wide);
      requireConverged(gesvd(wide, 'N', s, unused, unused), a);
      scaling.undo(s, factor);
    }
  }

  private static void requireConverged(boolean converged, Matrix a) {
    if (!converged) {
      throw new ArithmeticException(CudaLapack.describe("gesvd", a) + " did not converge");
    }
  }

  private void widen(Matrix a, Matrix wide) {
    if (a.rows() > a.cols()) {
      kernels.transposeConvert(a, wide);
    } else {
      kernels.copyConvert(a, wide);
    }
  }

  /**
   * Xgesvdp, unless this version of cuSOLVER lacks it; false if it is not there or failed. Which
   * status a version gives for what it cannot do, nobody says; a device that works no more fails
   * gesvd as well.
   */
  private boolean polarIfThere(Matrix b, Factors factors) {
    try {
      return polar(b, factors);
    } catch (UnsatisfiedLinkError | CudaCallException e) {
      return false;
    }
  }

  /** Xgesvdp; false if it failed. What it says of its error is left to the probe to judge. */
  private boolean polar(Matrix b, Factors factors) {
    int k = b.rows();
    int l = b.cols();
    int mode = cusolverEigMode.CUSOLVER_EIG_MODE_VECTOR;
    int type = b.dtype() == DType.F64 ? cudaDataType.CUDA_R_64F : cudaDataType.CUDA_R_32F;
    DevicePointer data = CudaLapack.pointer(b);
    DevicePointer s = vector(factors.s());
    DevicePointer left = CudaLapack.pointer(factors.left());
    DevicePointer right = CudaLapack.pointer(factors.right());
    CudaStream stream = device.stream();
    synchronized (stream) {
      try (SolverCall call = new SolverCall(stream)) {
        PolarWorkspace needed =
            call.polarWorkspace(
                l, k, type, data.address(), s.address(), left.address(), right.address());
        Pointer work = call.workBytes(needed.deviceBytes());
        try (HostMemory hostWork = new HostMemory(needed.hostBytes());
            HostMemory perturbation = new HostMemory(Double.BYTES)) {
          checkSolver(
              JCusolverDn.cusolverDnXgesvdp(
                  call.handle(),
                  call.params(),
                  mode,
                  PolarWorkspace.ECONOMY,
                  l,
                  k,
                  type,
                  data,
                  l,
                  type,
                  s,
                  type,
                  left,
                  l,
                  type,
                  right,
                  k,
                  type,
                  work,
                  needed.deviceBytes(),
                  hostWork.pointer(),
                  needed.hostBytes(),
                  call.info(),
                  perturbation.pointer()),
              CudaLapack.describe("Xgesvdp", b));
          return call.readInfo() == 0 && Double.isFinite(perturbation.readDouble());
        }
      }
    }
  }

  private boolean iterated(Matrix b, Factors factors) {
    try (Scope scope = device.openScope()) {
      // It gives the right vectors as columns for us.
      Matrix columns = Matrix.of(scope.allocate(b.dtype(), b.rows(), b.rows()));
      boolean converged =
          gesvd(
              b, 'S', factors.s(), CudaLapack.pointer(factors.left()), CudaLapack.pointer(columns));
      kernels.transposeConvert(columns, factors.right());
      return converged;
    }
  }

  private boolean gesvd(Matrix b, char job, Tensor s, Pointer left, Pointer columns) {
    int k = b.rows();
    int l = b.cols();
    Pointer data = CudaLapack.pointer(b);
    Pointer values = vector(s);
    boolean isDouble = b.dtype() == DType.F64;
    CudaStream stream = device.stream();
    synchronized (stream) {
      try (SolverCall call = new SolverCall(stream)) {
        int[] length = new int[1];
        checkSolver(
            isDouble
                ? JCusolverDn.cusolverDnDgesvd_bufferSize(call.handle(), l, k, length)
                : JCusolverDn.cusolverDnSgesvd_bufferSize(call.handle(), l, k, length),
            CudaLapack.describe("gesvd_bufferSize", b));
        Pointer work = call.work(length[0], b.dtype());
        Pointer superdiagonal = call.work(k, b.dtype());
        checkSolver(
            isDouble
                ? JCusolverDn.cusolverDnDgesvd(
                    call.handle(),
                    job,
                    job,
                    l,
                    k,
                    data,
                    l,
                    values,
                    left,
                    l,
                    columns,
                    k,
                    work,
                    length[0],
                    superdiagonal,
                    call.info())
                : JCusolverDn.cusolverDnSgesvd(
                    call.handle(),
                    job,
                    job,
                    l,
                    k,
                    data,
                    l,
                    values,
                    left,
                    l,
                    columns,
                    k,
                    work,
                    length[0],
                    superdiagonal,
                    call.info()),
            CudaLapack.describe("gesvd", b));
        return call.readInfo() == 0;
      }
    }
  }

  private static DevicePointer vector(Tensor s) {
    int size = (int) s.shape().size();
    return CudaLapack.pointer(new Matrix(s, 0, 1, size, size));
  }
}
