package io.github.lrfbench.kernels.svd;

import java.util.Arrays;

/**
 * The oracle: singular values by one-sided Jacobi rotations in double precision, which shares no
 * code and no idea with LAPACK's algorithms.
 */
final class ReferenceSvd {
  private ReferenceSvd() {}

  /** The min(m, n) singular values of a row-major [m, n], in descending order. */
  static double[] singularValues(double[] a, int m, int n) {
    int count = Math.min(m, n);
    int length = Math.max(m, n);
    double[][] columns = new double[count][length];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        columns[m >= n ? j : i][m >= n ? i : j] = a[i * n + j];
      }
    }
    boolean rotated = true;
    for (int sweep = 0; rotated && sweep < 60; sweep++) {
      rotated = false;
      for (int p = 0; p < count; p++) {
        for (int q = p + 1; q < count; q++) {
          rotated |= rotate(columns[p], columns[q]);
        }
      }
    }
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = -Math.sqrt(dot(columns[i], columns[i]));
    }
    Arrays.sort(values);
    return Arrays.stream(values).map(v -> -v).toArray();
  }

  /** The Frobenius error of the best approximation of a rank. */
  static double tail(double[] singularValues, int rank) {
    double sum = 0;
    for (int i = singularValues.length - 1; i >= rank; i--) {
      sum += singularValues[i] * singularValues[i];
    }
    return Math.sqrt(sum);
  }

  private static boolean rotate(double[] x, double[] y) {
    double xx = dot(x, x);
    double yy = dot(y, y);
    double xy = dot(x, y);
    if (Math.abs(xy) <= 1e-15 * Math.sqrt(xx * yy)) {
      return false;
    }
    double zeta = (yy - xx) / (2 * xy);
    double tangent = Math.copySign(1, zeta) / (Math.abs(zeta) + Math.hypot(1, zeta));
    double cosine = 1 / Math.hypot(1, tangent);
    double sine = cosine * tangent;
    for (int i = 0; i < x.length; i++) {
      double old = x[i];
      x[i] = cosine * old - sine * y[i];
      y[i] = sine * old + cosine * y[i];
    }
    return true;
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }
}
