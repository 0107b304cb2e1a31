package io.github.lrfbench.harness.compress.sharing;

import java.util.Arrays;

/** Shared bases by their definitions, in plain loops. Matrices are arrays of rows. */
final class SlowSharing {
  private SlowSharing() {}

  static double[][] times(double[][] a, double[][] b) {
    double[][] c = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b[0].length; j++) {
        for (int k = 0; k < b.length; k++) {
          c[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return c;
  }

  static double[][] turned(double[][] a) {
    double[][] t = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        t[j][i] = a[i][j];
      }
    }
    return t;
  }

  static double[][] plus(double[][] a, double[][] b, double scale) {
    double[][] c = new double[a.length][];
    for (int i = 0; i < a.length; i++) {
      c[i] = a[i].clone();
      for (int j = 0; j < c[i].length; j++) {
        c[i][j] += scale * b[i][j];
      }
    }
    return c;
  }

  static double[][] above(double[][]... all) {
    return Arrays.stream(all).flatMap(Arrays::stream).toArray(double[][]::new);
  }

  /** tr((W − A B) C (W − A B)ᵀ). */
  static double error(double[][] w, double[][] c, double[][] a, double[][] b) {
    double[][] rest = plus(w, times(a, b), -1);
    double[][] image = times(rest, c);
    double sum = 0;
    for (int i = 0; i < rest.length; i++) {
      for (int j = 0; j < rest[i].length; j++) {
        sum += rest[i][j] * image[i][j];
      }
    }
    return sum;
  }

  /** x with m x = y for every column of y, by elimination with pivots. */
  static double[][] solve(double[][] m, double[][] y) {
    int n = m.length;
    double[][] a = new double[n][];
    double[][] x = new double[n][];
    for (int i = 0; i < n; i++) {
      a[i] = m[i].clone();
      x[i] = y[i].clone();
    }
    for (int k = 0; k < n; k++) {
      int pivot = k;
      for (int i = k + 1; i < n; i++) {
        pivot = Math.abs(a[i][k]) > Math.abs(a[pivot][k]) ? i : pivot;
      }
      double[] row = a[k];
      a[k] = a[pivot];
      a[pivot] = row;
      row = x[k];
      x[k] = x[pivot];
      x[pivot] = row;
      for (int i = 0; i < n; i++) {
        if (i != k) {
          double factor = a[i][k] / a[k][k];
          for (int j = k; j < n; j++) {
            a[i][j] -= factor * a[k][j];
          }
          for (int j = 0; j < x[i].length; j++) {
            x[i][j] -= factor * x[k][j];
          }
        }
      }
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < x[i].length; j++) {
        x[i][j] /= a[i][i];
      }
    }
    return x;
  }

  /** A = W C Bᵀ (B C Bᵀ)⁻¹. */
  static double[][] left(double[][] w, double[][] c, double[][] b) {
    double[][] ofBasis = times(c, turned(b));
    return turned(solve(times(b, ofBasis), turned(times(w, ofBasis))));
  }

  /** B of Σ A_lᵀ A_l B C_l = Σ A_lᵀ W_l C_l, all of its elements as unknowns at once. */
  static double[][] basis(double[][][] w, double[][][] c, double[][][] a) {
    int r = a[0][0].length;
    int n = c[0].length;
    double[][] system = new double[r * n][r * n];
    double[][] right = new double[r * n][1];
    for (int l = 0; l < w.length; l++) {
      double[][] squares = times(turned(a[l]), a[l]);
      double[][] target = times(turned(a[l]), times(w[l], c[l]));
      for (int i = 0; i < r; i++) {
        for (int j = 0; j < n; j++) {
          right[i * n + j][0] += target[i][j];
          for (int k = 0; k < r; k++) {
            for (int m = 0; m < n; m++) {
              system[i * n + j][k * n + m] += squares[i][k] * c[l][m][j];
            }
          }
        }
      }
    }
    double[][] solved = solve(system, right);
    double[][] b = new double[r][n];
    for (int i = 0; i < r * n; i++) {
      b[i / n][i % n] = solved[i][0];
    }
    return b;
  }

  /** The error after so many rounds from a basis. */
  static double alternating(double[][][] w, double[][][] c, double[][] start, int sweeps) {
    double[][] b = start;
    double[][][] a = lefts(w, c, b);
    for (int sweep = 0; sweep < sweeps; sweep++) {
      b = basis(w, c, a);
      a = lefts(w, c, b);
    }
    double sum = 0;
    for (int l = 0; l < w.length; l++) {
      sum += error(w[l], c[l], a[l], b);
    }
    return sum;
  }

  private static double[][][] lefts(double[][][] w, double[][][] c, double[][] b) {
    double[][][] a = new double[w.length][][];
    for (int l = 0; l < w.length; l++) {
      a[l] = left(w[l], c[l], b);
    }
    return a;
  }

  /** The eigenvalues of a symmetric matrix in descending order, by Jacobi's rotations. */
  static double[] eigenvalues(double[][] symmetric) {
    int n = symmetric.length;
    double[][] a = plus(symmetric, symmetric, 0);
    for (int sweep = 0; sweep < 60; sweep++) {
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          if (a[p][q] != 0) {
            rotate(a, p, q);
          }
        }
      }
    }
    double[] values = new double[n];
    Arrays.setAll(values, i -> -a[i][i]);
    Arrays.sort(values);
    Arrays.setAll(values, i -> -values[i]);
    return values;
  }

  private static void rotate(double[][] a, int p, int q) {
    double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
    double t = Math.copySign(1 / (Math.abs(theta) + Math.hypot(theta, 1)), theta);
    double cos = 1 / Math.hypot(t, 1);
    double sin = t * cos;
    for (int k = 0; k < a.length; k++) {
      double x = a[k][p];
      double y = a[k][q];
      a[k][p] = cos * x - sin * y;
      a[k][q] = sin * x + cos * y;
    }
    for (int k = 0; k < a.length; k++) {
      double x = a[p][k];
      double y = a[q][k];
      a[p][k] = cos * x - sin * y;
      a[q][k] = sin * x + cos * y;
    }
  }
}
