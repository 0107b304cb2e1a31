package io.github.lrfbench.kernels.svd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Random;

/** Makes and reads matrices for tests. */
final class Matrices {
  /** The fixture FX-1 of the methods' specification, 4 x 3. */
  static final double[] FX1 = {2, -1, 0, 1, 3, -2, 0, 1, 4, -1, 2, 1};

  private Matrices() {}

  static Matrix of(Scope scope, DType dtype, int m, int n, double... values) {
    Matrix matrix = Matrix.of(scope.allocate(dtype, m, n));
    matrix.data().write(0, values, 0, values.length);
    return matrix;
  }

  static Matrix gaussian(Scope scope, DType dtype, int m, int n, long seed) {
    return of(scope, dtype, m, n, gaussian(m * n, seed));
  }

  static double[] gaussian(int count, long seed) {
    Random random = new Random(seed);
    return random.doubles(count, -1, 1).map(x -> random.nextGaussian()).toArray();
  }

  /** U diag(values) Vᵀ with random orthonormal U and V. */
  static Matrix withSpectrum(Scope scope, DType dtype, int m, int n, double[] values, long seed) {
    double[][] u = orthonormalRows(values.length, m, seed);
    double[][] v = orthonormalRows(values.length, n, seed + 1);
    double[] a = new double[m * n];
    for (int k = 0; k < values.length; k++) {
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          a[i * n + j] += values[k] * u[k][i] * v[k][j];
        }
      }
    }
    return of(scope, dtype, m, n, a);
  }

  private static double[][] orthonormalRows(int count, int length, long seed) {
    double[] numbers = gaussian(count * length, seed);
    double[][] rows = new double[count][length];
    for (int i = 0; i < count; i++) {
      System.arraycopy(numbers, i * length, rows[i], 0, length);
      for (int pass = 0; pass < 2; pass++) {
        for (int j = 0; j < i; j++) {
          double projection = dot(rows[i], rows[j]);
          for (int k = 0; k < length; k++) {
            rows[i][k] -= projection * rows[j][k];
          }
        }
      }
      double norm = Math.sqrt(dot(rows[i], rows[i]));
      for (int k = 0; k < length; k++) {
        rows[i][k] /= norm;
      }
    }
    return rows;
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  /** The elements of a matrix of any stride, row by row. */
  static double[] read(Matrix matrix) {
    double[] values = new double[matrix.rows() * matrix.cols()];
    for (int i = 0; i < matrix.rows(); i++) {
      long start = matrix.offset() + (long) i * matrix.stride();
      matrix.data().read(start, values, i * matrix.cols(), matrix.cols());
    }
    return values;
  }

  /** U diag(s) Vᵀ in double precision, without the device. */
  static double[] product(SvdFactors factors) {
    double[] u = read(factors.u());
    double[] vt = read(factors.vt());
    double[] s = factors.singularValues();
    int m = factors.rows();
    int n = factors.cols();
    double[] a = new double[m * n];
    for (int i = 0; i < m; i++) {
      for (int k = 0; k < s.length; k++) {
        double factor = u[i * s.length + k] * s[k];
        for (int j = 0; j < n; j++) {
          a[i * n + j] += factor * vt[k * n + j];
        }
      }
    }
    return a;
  }

  /** The Frobenius norm of a - b. */
  static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }

  static double norm(double[] a) {
    return distance(a, new double[a.length]);
  }

  /** The largest entry of |R Rᵀ - I| for the rows of R. */
  static double orthonormalityDefect(Matrix rows) {
    double[] r = read(rows);
    int n = rows.cols();
    double worst = 0;
    for (int i = 0; i < rows.rows(); i++) {
      for (int j = 0; j <= i; j++) {
        double sum = i == j ? -1 : 0;
        for (int k = 0; k < n; k++) {
          sum += r[i * n + k] * r[j * n + k];
        }
        worst = Math.max(worst, Math.abs(sum));
      }
    }
    return worst;
  }
}
