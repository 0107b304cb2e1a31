package io.github.lrfbench.kernels.cuda.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.cuda.driver.CudaLibrary;
import java.util.Random;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasDiagType;
import jcuda.jcublas.cublasFillMode;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasSideMode;
import jcuda.jcublas.cublasStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** cuBLAS against the definitions of its operations. */
@EmulatorTest
class EmulatedBlasTest {
  private final Random random = new Random(7);
  private RawDevice device;
  private cublasHandle handle;

  @BeforeEach
  void open() {
    device = new RawDevice();
    CudaLibrary.CUBLAS.load();
    handle = new cublasHandle();
    assertEquals(cublasStatus.CUBLAS_STATUS_SUCCESS, JCublas2.cublasCreate(handle));
  }

  @AfterEach
  void close() {
    JCublas2.cublasDestroy(handle);
    device.close();
  }

  private double[] matrix(int elements) {
    return random.doubles(elements, -1, 1).toArray();
  }

  private static int operation(boolean transposed) {
    return transposed ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N;
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "17,5,9", "64,33,300", "3,70,2"})
  void multiplies(int m, int n, int k) {
    for (boolean ta : new boolean[] {false, true}) {
      for (boolean tb : new boolean[] {false, true}) {
        int lda = (ta ? k : m) + 2;
        int ldb = (tb ? n : k) + 1;
        int ldc = m + 3;
        double[] a = matrix(lda * (ta ? m : k));
        double[] b = matrix(ldb * (tb ? k : n));
        double[] c = matrix(ldc * n);
        double[] expected = c.clone();
        for (int i = 0; i < m; i++) {
          for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int p = 0; p < k; p++) {
              double left = ta ? a[i * lda + p] : a[p * lda + i];
              sum += left * (tb ? b[p * ldb + j] : b[j * ldb + p]);
            }
            expected[j * ldc + i] = 2 * sum - 0.5 * c[j * ldc + i];
          }
        }
        CUdeviceptr result = device.upload(c);
        Pointer alpha = Pointer.to(new double[] {2});
        Pointer beta = Pointer.to(new double[] {-0.5});
        CUdeviceptr left = device.upload(a);
        CUdeviceptr right = device.upload(b);
        check(
            JCublas2.cublasDgemm(
                handle,
                operation(ta),
                operation(tb),
                m,
                n,
                k,
                alpha,
                left,
                lda,
                right,
                ldb,
                beta,
                result,
                ldc));
        assertArrayEquals(expected, device.doubles(result, c.length), 1e-12);
      }
    }
  }

  @Test
  void wantsMemoryOfTheDevice() {
    CUdeviceptr a = device.upload(1f);
    Pointer one = Pointer.to(new float[] {1});
    int n = cublasOperation.CUBLAS_OP_N;
    CUdeviceptr nowhere = new CUdeviceptr();
    assertEquals(
        cublasStatus.CUBLAS_STATUS_EXECUTION_FAILED,
        JCublas2.cublasSgemm(handle, n, n, 1, 1, 1, one, a, 1, nowhere, 1, one, a, 1));
    assertEquals(
        cublasStatus.CUBLAS_STATUS_EXECUTION_FAILED,
        JCublas2.cublasSgemm(handle, n, n, 1, 2, 1, one, a, 1, a, 1, one, a, 1));
    assertEquals(
        cublasStatus.CUBLAS_STATUS_INVALID_VALUE,
        JCublas2.cublasSgemm(handle, n, n, 2, 1, 1, one, a, 1, a, 1, one, a, 2));
    assertTrue(Emulator.diagnoses().get(0).startsWith("cublasSgemm(m=1, n=1, k=1"));
  }

  @Test
  void solvesTriangularSystems() {
    int m = 6;
    int n = 4;
    for (int side : new int[] {cublasSideMode.CUBLAS_SIDE_LEFT, cublasSideMode.CUBLAS_SIDE_RIGHT}) {
      for (int fill :
          new int[] {
            cublasFillMode.CUBLAS_FILL_MODE_LOWER, cublasFillMode.CUBLAS_FILL_MODE_UPPER
          }) {
        for (boolean transposed : new boolean[] {false, true}) {
          boolean left = side == cublasSideMode.CUBLAS_SIDE_LEFT;
          int order = left ? m : n;
          double[] a = triangular(order, fill == cublasFillMode.CUBLAS_FILL_MODE_LOWER);
          double[] x = matrix(m * n);
          double[] b = new double[m * n];
          for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
              for (int p = 0; p < order; p++) {
                int row = left ? i : p;
                int column = left ? p : j;
                double element = transposed ? a[row * order + column] : a[column * order + row];
                double other = left ? x[j * m + p] : x[p * m + i];
                b[j * m + i] += Double.isNaN(element) ? 0 : element * other;
              }
            }
          }
          CUdeviceptr result = device.upload(b);
          check(
              JCublas2.cublasDtrsm(
                  handle,
                  side,
                  fill,
                  operation(transposed),
                  cublasDiagType.CUBLAS_DIAG_NON_UNIT,
                  m,
                  n,
                  Pointer.to(new double[] {2}),
                  device.upload(a),
                  order,
                  result,
                  m));
          double[] solved = device.doubles(result, m * n);
          for (int i = 0; i < x.length; i++) {
            assertEquals(2 * x[i], solved[i], 1e-10);
          }
        }
      }
    }
  }

  /** The other triangle holds what must not be read. */
  private double[] triangular(int n, boolean lower) {
    double[] a = matrix(n * n);
    for (int i = 0; i < n; i++) {
      a[i * n + i] = 2 + i;
      for (int j = 0; j < n; j++) {
        if (lower ? i < j : i > j) {
          a[j * n + i] = Double.NaN;
        }
      }
    }
    return a;
  }

  @Test
  void measuresVectors() {
    CUdeviceptr x = device.upload(3, 0, -4, 0);
    float[] norm = new float[1];
    float[] product = new float[1];
    check(JCublas2.cublasSnrm2(handle, 4, x, 1, Pointer.to(norm)));
    check(JCublas2.cublasSdot(handle, 2, x, 2, x, 2, Pointer.to(product)));
    assertEquals(5, norm[0]);
    assertEquals(25, product[0]);
    check(JCublas2.cublasSscal(handle, 4, Pointer.to(new float[] {2}), x, 1));
    assertArrayEquals(new float[] {6, 0, -8, 0}, device.floats(x, 4));
  }

  private static void check(int status) {
    assertEquals(cublasStatus.CUBLAS_STATUS_SUCCESS, status, () -> Emulator.diagnoses().toString());
    RawDevice.check(JCudaDriver.cuCtxSynchronize());
  }
}
