package io.github.lrfbench.kernels.contract;

import java.util.Arrays;

/** Spectra by cyclic Jacobi rotations, which are slow and accurate. */
public final class ReferenceEigen {
  private static final int SWEEPS = 60;

  private ReferenceEigen() {}

  /** The singular values of a matrix, in descending order (one-sided Jacobi). */
  public static double[] singularValues(Grid a) {
    Grid tall = a.rows() >= a.cols() ? a : a.transposed();
    int n = tall.cols();
    double[][] columns = new double[n][];
    for (int j = 0; j < n; j++) {
      columns[j] = tall.columns(j, j + 1).values();
    }
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          orthogonalize(columns[p], columns[q]);
        }
      }
    }
    return descending(Arrays.stream(columns).mapToDouble(c -> Math.sqrt(dot(c, c))).toArray());
  }

  private static void orthogonalize(double[] p, double[] q) {
    double cross = dot(p, q);
    if (cross != 0) {
      rotate(p, q, (dot(q, q) - dot(p, p)) / (2 * cross));
    }
  }

  /** The eigenvalues of a symmetric matrix, in descending order. */
  public static double[] eigenvalues(Grid symmetric) {
    int n = symmetric.rows();
    double[][] a = new double[n][];
    for (int i = 0; i < n; i++) {
      a[i] = symmetric.rows(i, i + 1).values();
    }
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          if (a[p][q] != 0) {
            double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
            rotate(a[p], a[q], theta);
            rotateColumns(a, p, q, theta);
          }
        }
      }
    }
    double[] diagonal = new double[n];
    for (int i = 0; i < n; i++) {
      diagonal[i] = a[i][i];
    }
    return descending(diagonal);
  }

  private static void rotateColumns(double[][] a, int p, int q, double theta) {
    double[] left = new double[a.length];
    double[] right = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      left[i] = a[i][p];
      right[i] = a[i][q];
    }
    rotate(left, right, theta);
    for (int i = 0; i < a.length; i++) {
      a[i][p] = left[i];
      a[i][q] = right[i];
    }
  }

  private static void rotate(double[] p, double[] q, double theta) {
    double t = 1 / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
    t = theta < 0 ? -t : t;
    double cos = 1 / Math.sqrt(t * t + 1);
    double sin = t * cos;
    for (int i = 0; i < p.length; i++) {
      double old = p[i];
      p[i] = cos * old - sin * q[i];
      q[i] = sin * old + cos * q[i];
    }
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  private static double[] descending(double[] values) {
    Arrays.sort(values);
    double[] reversed = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      reversed[i] = values[values.length - 1 - i];
    }
    return reversed;
  }
}
