package io.github.lrfbench.kernels.cuda.lapack;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkBlas;
import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkSolver;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cuda.blas.Gemm;
import io.github.lrfbench.kernels.cuda.blas.MatrixKernels;
import io.github.lrfbench.kernels.cuda.driver.DevicePointer;
import io.github.lrfbench.kernels.cuda.stream.CudaStream;
import io.github.lrfbench.kernels.cuda.tensor.CudaTensor;
import io.github.lrfbench.kernels.cuda.tensor.Gpu;
import io.github.lrfbench.kernels.host.Arguments;
import io.github.lrfbench.kernels.ops.Lapack;
import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasDiagType;
import jcuda.jcublas.cublasFillMode;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasSideMode;
import jcuda.jcusolver.JCusolverDn;

/**
 * {@link Lapack} over cuSOLVER, on the calling thread's stream.
 *
 * <p>cuSOLVER is column-major, so it reads our row-major [m, n] as the transpose [n, m]: lower
 * becomes upper, and left becomes right. Where there is no routine for the transpose, a copy is
 * transposed.
 */
public final class CudaLapack implements Lapack {
  private final Gpu device;
  private final Arguments arguments;
  private final MatrixKernels kernels;
  private final SingularValueSolver singular;
  private final EigenSolver eigen;
  private final RangeScaling scaling;

  /** Decompositions of a device. */
  public CudaLapack(Gpu device, MatrixKernels kernels, Gemm gemm) {
    this.device = device;
    this.kernels = kernels;
    arguments = device.arguments();
    singular = new SingularValueSolver(device, kernels, gemm);
    eigen = new EigenSolver(device);
    scaling = new RangeScaling(kernels);
  }

  @Override
  public void svd(Matrix a, Tensor s, Matrix u, Matrix vt) {
    arguments.requireOneType("svd", a, u, vt);
    int k = Math.min(a.rows(), a.cols());
    arguments.requireShapes(u.rows() == a.rows() && u.cols() == k, "svd", a, u, vt);
    arguments.requireShapes(vt.rows() == k && vt.cols() == a.cols(), "svd", a, u, vt);
    arguments.requireVector("svd", s, k, a.dtype());
    if (k > 0) {
      requireSolvable(a, "svd");
      singular.decompose(a, s, u, vt);
    }
  }

  @Override
  public void singularValues(Matrix a, Tensor s) {
    arguments.requireFloating("singularValues", a);
    int k = Math.min(a.rows(), a.cols());
    arguments.requireVector("singularValues", s, k, a.dtype());
    if (k > 0) {
      requireSolvable(a, "singularValues");
      singular.values(a, s);
    }
  }

  @Override
  public void largestEigenpairs(Matrix a, int count, Tensor values, Matrix vectors) {
    String operation = "largestEigenpairs";
    arguments.requireOneType(operation, a, vectors);
    int n = a.rows();
    arguments.requireShapes(a.cols() == n && count >= 1 && count <= n, operation, a, vectors);
    arguments.requireShapes(vectors.rows() == count && vectors.cols() == n, operation, a, vectors);
    arguments.requireVector(operation, values, count, a.dtype());
    requireSolvable(a, operation);
    double factor = scaling.apply(a);
    eigen.largest(a, count, values, vectors);
    scaling.undo(values, factor);
  }

  @Override
  public void orthonormalize(Matrix a) {
    arguments.requireFloating("orthonormalize", a);
    int m = a.rows();
    int n = a.cols();
    arguments.requireShapes(m >= n, "orthonormalize", a);
    if (n == 0) {
      return;
    }
    requireSolvable(a, "orthonormalize");
    try (Scope scope = device.openScope()) {
      Matrix transposed = Matrix.of(scope.allocate(a.dtype(), n, m));
      kernels.transposeConvert(a, transposed);
      scaling.apply(transposed);
      householder(transposed);
      kernels.transposeConvert(transposed, a);
    }
  }

  /** Replaces the rows of a packed matrix [n, m], n ≤ m, by an orthonormal basis of them. */
  private void householder(Matrix a) {
    int n = a.rows();
    int m = a.cols();
    Pointer data = pointer(a);
    CudaStream stream = device.stream();
    boolean isDouble = a.dtype() == DType.F64;
    synchronized (stream) {
      try (SolverCall call = new SolverCall(stream)) {
        Pointer tau = call.work(n, a.dtype());
        int[] forFactors = new int[1];
        int[] forBasis = new int[1];
        checkSolver(
            isDouble
                ? JCusolverDn.cusolverDnDgeqrf_bufferSize(call.handle(), m, n, data, m, forFactors)
                : JCusolverDn.cusolverDnSgeqrf_bufferSize(call.handle(), m, n, data, m, forFactors),
            describe("geqrf_bufferSize", a));
        checkSolver(
            isDouble
                ? JCusolverDn.cusolverDnDorgqr_bufferSize(
                    call.handle(), m, n, n, data, m, tau, forBasis)
                : JCusolverDn.cusolverDnSorgqr_bufferSize(
                    call.handle(), m, n, n, data, m, tau, forBasis),
            describe("orgqr_bufferSize", a));
        int length = Math.max(forFactors[0], forBasis[0]);
        Pointer work = call.work(length, a.dtype());
        checkSolver(
            isDouble
                ? JCusolverDn.cusolverDnDgeqrf(
                    call.handle(), m, n, data, m, tau, work, length, call.info())
                : JCusolverDn.cusolverDnSgeqrf(
                    call.handle(), m, n, data, m, tau, work, length, call.info()),
            describe("geqrf", a));
        requireConverged(call, "geqrf", a);
        checkSolver(
            isDouble
                ? JCusolverDn.cusolverDnDorgqr(
                    call.handle(), m, n, n, data, m, tau, work, length, call.info())
                : JCusolverDn.cusolverDnSorgqr(
                    call.handle(), m, n, n, data, m, tau, work, length, call.info()),
            describe("orgqr", a));
        requireConverged(call, "orgqr", a);
      }
    }
  }

  @Override
  public boolean cholesky(Matrix a) {
    arguments.requireFloating("cholesky", a);
    int n = a.rows();
    arguments.requireShapes(a.cols() == n, "cholesky", a);
    if (n == 0) {
      return true;
    }
    requireSolvable(a, "cholesky");
    boolean isPositive = factorUpper(a) == 0;
    if (isPositive) {
      kernels.zeroUpper(a);
    }
    return isPositive;
  }

  private int factorUpper(Matrix a) {
    int upper = cublasFillMode.CUBLAS_FILL_MODE_UPPER;
    int n = a.rows();
    Pointer data = pointer(a);
    CudaStream stream = device.stream();
    boolean isDouble = a.dtype() == DType.F64;
    synchronized (stream) {
      try (SolverCall call = new SolverCall(stream)) {
        int[] length = new int[1];
        checkSolver(
            isDouble
                ? JCusolverDn.cusolverDnDpotrf_bufferSize(
                    call.handle(), upper, n, data, a.stride(), length)
                : JCusolverDn.cusolverDnSpotrf_bufferSize(
                    call.handle(), upper, n, data, a.stride(), length),
            describe("potrf_bufferSize", a));
        Pointer work = call.work(length[0], a.dtype());
        checkSolver(
            isDouble
                ? JCusolverDn.cusolverDnDpotrf(
                    call.handle(), upper, n, data, a.stride(), work, length[0], call.info())
                : JCusolverDn.cusolverDnSpotrf(
                    call.handle(), upper, n, data, a.stride(), work, length[0], call.info()),
            describe("potrf", a));
        return call.readInfo();
      }
    }
  }

  @Override
  public void solveLower(boolean transposed, Matrix l, Matrix b) {
    arguments.requireOneType("solveLower", b, l);
    arguments.requireShapes(l.rows() == l.cols() && b.rows() == l.rows(), "solveLower", l, b);
    requireSolvableType(b, "solveLower");
    if (b.rows() == 0 || b.cols() == 0) {
      return;
    }
    int side = cublasSideMode.CUBLAS_SIDE_RIGHT;
    int upper = cublasFillMode.CUBLAS_FILL_MODE_UPPER;
    int trans = transposed ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N;
    int diagonal = cublasDiagType.CUBLAS_DIAG_NON_UNIT;
    Pointer left = pointer(l);
    Pointer right = pointer(b);
    CudaStream stream = device.stream();
    synchronized (stream) {
      cublasHandle handle = stream.blas().get();
      Pointer one = stream.blas().alpha(1, b.dtype());
      int m = b.cols();
      int n = b.rows();
      checkBlas(
          b.dtype() == DType.F64
              ? JCublas2.cublasDtrsm(
                  handle,
                  side,
                  upper,
                  trans,
                  diagonal,
                  m,
                  n,
                  one,
                  left,
                  l.stride(),
                  right,
                  b.stride())
              : JCublas2.cublasStrsm(
                  handle,
                  side,
                  upper,
                  trans,
                  diagonal,
                  m,
                  n,
                  one,
                  left,
                  l.stride(),
                  right,
                  b.stride()),
          describe("trsm", b));
    }
  }

  private void requireSolvable(Matrix a, String operation) {
    requireSolvableType(a, operation);
    if (!kernels.isFinite(a)) {
      throw new ArithmeticException(
          operation + ": the " + a.rows() + " x " + a.cols() + " matrix holds NaN or infinity");
    }
  }

  private static void requireSolvableType(Matrix a, String operation) {
    if (a.dtype() != DType.F32 && a.dtype() != DType.F64) {
      throw new IllegalArgumentException(operation + " of " + a.dtype() + "; it knows F32 and F64");
    }
  }

  static DevicePointer pointer(Matrix matrix) {
    return new DevicePointer(CudaTensor.address(matrix));
  }

  /** Waits for the routine and throws if it failed. */
  static void requireConverged(SolverCall call, String routine, Matrix a) {
    int info = call.readInfo();
    if (info != 0) {
      throw new ArithmeticException(
          describe(routine, a)
              + (info > 0 ? " did not converge" : " was called with a wrong argument")
              + " (info "
              + info
              + ")");
    }
  }

  static String describe(String routine, Matrix a) {
    return routine + " of a " + a.rows() + " x " + a.cols() + " matrix of " + a.dtype();
  }
}
