package io.github.lrfbench.kernels.cuda.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.cuda.driver.CudaLibrary;
import java.util.Random;
import jcuda.driver.CUdeviceptr;
import jcuda.jcusolver.JCusolverDn;
import jcuda.jcusolver.cusolverDnHandle;
import jcuda.jcusolver.cusolverEigMode;
import jcuda.jcusolver.cusolverStatus;
import jcuda.jcusolver.gesvdjInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** cuSOLVER's factorizations multiply out to what was factored; column-major. */
@EmulatorTest
class EmulatedSolverTest {
  private static final int LOWER = 0;
  private static final double TOLERANCE = 1e-12;

  private final Random random = new Random(11);
  private RawDevice device;
  private cusolverDnHandle handle;
  private CUdeviceptr info;

  @BeforeEach
  void open() {
    device = new RawDevice();
    CudaLibrary.CUSOLVER.load();
    handle = new cusolverDnHandle();
    check(JCusolverDn.cusolverDnCreate(handle));
    info = device.allocate(4);
  }

  @AfterEach
  void close() {
    JCusolverDn.cusolverDnDestroy(handle);
    device.close();
  }

  private double[] matrix(int elements) {
    return random.doubles(elements, -1, 1).toArray();
  }

  private int info() {
    return device.ints(info, 1)[0];
  }

  private CUdeviceptr doubles(int count) {
    return device.allocate(8L * Math.max(1, count));
  }

  /** a b, or a bᵀ: [m, k] by [k, n]. */
  private static double[] product(int m, int k, int n, double[] a, double[] b, boolean transposed) {
    double[] c = new double[m * n];
    for (int j = 0; j < n; j++) {
      for (int p = 0; p < k; p++) {
        double factor = transposed ? b[p * n + j] : b[j * k + p];
        for (int i = 0; i < m; i++) {
          c[j * m + i] += a[p * m + i] * factor;
        }
      }
    }
    return c;
  }

  private static double[] scaled(double[] a, int rows, double[] factors) {
    double[] b = a.clone();
    for (int i = 0; i < rows * factors.length; i++) {
      b[i] *= factors[i / rows];
    }
    return b;
  }

  private static void assertClose(double[] expected, double[] actual) {
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], TOLERANCE * 100);
    }
  }

  private static void assertOrthonormal(double[] q, int rows, int columns) {
    for (int i = 0; i < columns; i++) {
      for (int j = 0; j < columns; j++) {
        double sum = 0;
        for (int r = 0; r < rows; r++) {
          sum += q[i * rows + r] * q[j * rows + r];
        }
        assertEquals(i == j ? 1 : 0, sum, TOLERANCE);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1", "9,9", "40,13", "65,64"})
  void gesvd(int m, int n) {
    double[] a = matrix(m * n);
    int[] size = new int[1];
    check(JCusolverDn.cusolverDnDgesvd_bufferSize(handle, m, n, size));
    CUdeviceptr s = doubles(n);
    CUdeviceptr u = doubles(m * m);
    CUdeviceptr vt = doubles(n * n);
    CUdeviceptr work = doubles(size[0]);
    check(
        JCusolverDn.cusolverDnDgesvd(
            handle,
            'A',
            'A',
            m,
            n,
            device.upload(a),
            m,
            s,
            u,
            m,
            vt,
            n,
            work,
            size[0],
            doubles(n),
            info));
    assertEquals(0, info());
    double[] left = device.doubles(u, m * m);
    double[] right = device.doubles(vt, n * n);
    assertOrthonormal(left, m, m);
    assertOrthonormal(right, n, n);
    double[] sigma = device.doubles(s, n);
    assertClose(a, product(m, n, n, scaled(left, m, sigma), right, false));
  }

  @Test
  void gesvdWantsTallMatrices() {
    assertEquals(
        cusolverStatus.CUSOLVER_STATUS_INVALID_VALUE,
        JCusolverDn.cusolverDnDgesvd_bufferSize(handle, 3, 4, new int[1]));
  }

  @ParameterizedTest
  @CsvSource({"5,12", "12,5", "30,30"})
  void gesvdj(int m, int n) {
    int k = Math.min(m, n);
    // Of rank k - 2: the last singular vectors must be orthonormal all the same.
    double[] a = product(m, k - 2, n, matrix(m * (k - 2)), matrix((k - 2) * n), false);
    // JCuda cannot create one, and the emulator takes every.
    gesvdjInfo parameters = new gesvdjInfo();
    CUdeviceptr s = doubles(k);
    CUdeviceptr u = doubles(m * k);
    CUdeviceptr v = doubles(n * k);
    CUdeviceptr values = device.upload(a);
    int vectors = cusolverEigMode.CUSOLVER_EIG_MODE_VECTOR;
    int[] size = new int[1];
    check(
        JCusolverDn.cusolverDnDgesvdj_bufferSize(
            handle, vectors, 1, m, n, values, m, s, u, m, v, n, size, parameters));
    check(
        JCusolverDn.cusolverDnDgesvdj(
            handle,
            vectors,
            1,
            m,
            n,
            values,
            m,
            s,
            u,
            m,
            v,
            n,
            doubles(size[0]),
            size[0],
            info,
            parameters));
    double[] left = device.doubles(u, m * k);
    double[] right = device.doubles(v, n * k);
    double[] sigma = device.doubles(s, k);
    assertOrthonormal(left, m, k);
    assertOrthonormal(right, n, k);
    assertEquals(0, sigma[k - 1], TOLERANCE);
    assertClose(a, product(m, k, n, scaled(left, m, sigma), right, true));
    assertTrue(Double.isNaN(device.doubles(values, 1)[0]), "A is destroyed");
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "31", "120"})
  void syevd(int n) {
    double[] half = matrix(n * n);
    double[] a = product(n, n, n, half, half, true);
    for (int i = 0; i < n; i++) {
      a[i * n + i] -= n / 3.0;
    }
    CUdeviceptr vectors = device.upload(a);
    CUdeviceptr w = doubles(n);
    int[] size = new int[1];
    int mode = cusolverEigMode.CUSOLVER_EIG_MODE_VECTOR;
    check(JCusolverDn.cusolverDnDsyevd_bufferSize(handle, mode, LOWER, n, vectors, n, w, size));
    CUdeviceptr work = doubles(size[0]);
    assertEquals(
        cusolverStatus.CUSOLVER_STATUS_EXECUTION_FAILED,
        JCusolverDn.cusolverDnDsyevd(
            handle, mode, LOWER, n, vectors, n, w, work, size[0] - 1, info));
    check(JCusolverDn.cusolverDnDsyevd(handle, mode, LOWER, n, vectors, n, w, work, size[0], info));
    double[] q = device.doubles(vectors, n * n);
    double[] values = device.doubles(w, n);
    assertOrthonormal(q, n, n);
    for (int i = 1; i < n; i++) {
      assertTrue(values[i - 1] <= values[i]);
    }
    assertClose(a, product(n, n, n, scaled(q, n, values), q, true));
  }

  @ParameterizedTest
  @CsvSource({"1,1", "20,7", "16,16"})
  void qr(int m, int n) {
    double[] a = matrix(m * n);
    CUdeviceptr factors = device.upload(a);
    CUdeviceptr tau = doubles(n);
    int[] size = new int[1];
    check(JCusolverDn.cusolverDnDgeqrf_bufferSize(handle, m, n, factors, m, size));
    CUdeviceptr work = doubles(size[0]);
    check(JCusolverDn.cusolverDnDgeqrf(handle, m, n, factors, m, tau, work, size[0], info));
    double[] packed = device.doubles(factors, m * n);
    double[] r = new double[n * n];
    for (int j = 0; j < n; j++) {
      System.arraycopy(packed, j * m, r, j * n, j + 1);
    }
    check(JCusolverDn.cusolverDnDorgqr_bufferSize(handle, m, n, n, factors, m, tau, size));
    check(
        JCusolverDn.cusolverDnDorgqr(
            handle, m, n, n, factors, m, tau, doubles(size[0]), size[0], info));
    double[] q = device.doubles(factors, m * n);
    assertOrthonormal(q, m, n);
    assertClose(a, product(m, n, n, q, r, false));
  }

  @Test
  void potrf() {
    int n = 25;
    double[] half = matrix(n * n);
    double[] a = product(n, n, n, half, half, true);
    CUdeviceptr factor = device.upload(a);
    int[] size = new int[1];
    check(JCusolverDn.cusolverDnDpotrf_bufferSize(handle, LOWER, n, factor, n, size));
    CUdeviceptr work = doubles(size[0]);
    check(JCusolverDn.cusolverDnDpotrf(handle, LOWER, n, factor, n, work, size[0], info));
    assertEquals(0, info());
    double[] l = device.doubles(factor, n * n);
    for (int j = 0; j < n; j++) {
      for (int i = 0; i < j; i++) {
        assertEquals(a[j * n + i], l[j * n + i], "the other triangle is left alone");
        l[j * n + i] = 0;
      }
    }
    assertClose(a, product(n, n, n, l, l, true));
    CUdeviceptr indefinite = device.upload(1.0, 2.0, 2.0, 1.0);
    check(JCusolverDn.cusolverDnDpotrf(handle, LOWER, 2, indefinite, 2, work, size[0], info));
    assertEquals(2, info());
  }

  private static void check(int status) {
    assertEquals(
        cusolverStatus.CUSOLVER_STATUS_SUCCESS, status, () -> Emulator.diagnoses().toString());
  }
}
