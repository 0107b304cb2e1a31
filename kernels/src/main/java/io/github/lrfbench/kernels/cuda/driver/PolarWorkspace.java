package io.github.lrfbench.kernels.cuda.driver;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkSolver;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import jcuda.jcusolver.cusolverEigMode;

/**
 * What cusolverDnXgesvdp needs to work in. JCuda's natives cannot ask: they take the arrays for the
 * two answers for pointers, and cuSOLVER would write to wherever those lead. So this one function
 * is called without them.
 *
 * @param deviceBytes memory on the device
 * @param hostBytes memory on the host
 */
public record PolarWorkspace(long deviceBytes, long hostBytes) {
  /** Thin factors: as many vectors as there are singular values. */
  public static final int ECONOMY = 1;

  private static final String FUNCTION = "cusolverDnXgesvdp_bufferSize";

  /**
   * Asks for a thin decomposition of a packed column-major matrix [m, n], n ≤ m.
   *
   * @param handle address of the library's handle
   * @param params address of its options
   * @param type of all elements, of {@link jcuda.cudaDataType}
   * @param a address of the matrix on the device
   * @param s address of the singular values
   * @param u address of the left vectors, [m, n]
   * @param v address of the right vectors, [n, n]
   */
  public static PolarWorkspace of(
      long handle, long params, long m, long n, int type, long a, long s, long u, long v) {
    LongByReference deviceBytes = new LongByReference();
    LongByReference hostBytes = new LongByReference();
    Function function =
        NativeLibrary.getInstance(CudaLibrary.CUSOLVER.file().toString()).getFunction(FUNCTION);
    Object[] arguments = {
      new Pointer(handle),
      new Pointer(params),
      cusolverEigMode.CUSOLVER_EIG_MODE_VECTOR,
      ECONOMY,
      m,
      n,
      type,
      new Pointer(a),
      m,
      type,
      new Pointer(s),
      type,
      new Pointer(u),
      m,
      type,
      new Pointer(v),
      n,
      type,
      deviceBytes,
      hostBytes
    };
    checkSolver(function.invokeInt(arguments), FUNCTION + " of " + m + " x " + n);
    return new PolarWorkspace(deviceBytes.getValue(), hostBytes.getValue());
  }
}
