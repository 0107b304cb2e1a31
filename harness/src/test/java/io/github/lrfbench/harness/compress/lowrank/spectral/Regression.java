package io.github.lrfbench.harness.compress.lowrank.spectral;

import java.util.Arrays;

/** Reduced-rank regression from the inputs themselves, by elimination and Jacobi's rotations. */
final class Regression {
  private Regression() {}

  /** ‖W X − Ŵ X'‖², of the means' differences where it is centred. */
  static double error(
      float[] w, double[][] approximation, double[][] x, double[][] own, boolean centred) {
    double[][] difference = times(dense(w, x.length), x);
    double[][] made = times(approximation, own);
    double sum = 0;
    for (int i = 0; i < difference.length; i++) {
      double mean = 0;
      for (int t = 0; t < difference[i].length; t++) {
        difference[i][t] -= made[i][t];
        mean += difference[i][t] / difference[i].length;
      }
      for (double value : difference[i]) {
        sum += Math.pow(value - (centred ? mean : 0), 2);
      }
    }
    return sum;
  }

  /** The matrix Ŵ of a rank with the least error. */
  static double[][] reducedRank(
      float[] w, double[][] x, double[][] own, int rank, boolean centred) {
    double[][] targets = times(dense(w, x.length), x);
    double[][] inputs = Arrays.stream(own).map(double[]::clone).toArray(double[][]::new);
    if (centred) {
      centre(targets);
      centre(inputs);
    }
    double[][] transposed = transpose(inputs);
    // R C' = Y X'ᵀ: C' Rᵀ = X' Yᵀ.
    double[][] all = transpose(solve(times(inputs, transposed), times(inputs, transpose(targets))));
    double[][] predictions = times(all, inputs);
    double[][] u = largest(times(predictions, transpose(predictions)), rank);
    return times(transpose(u), times(u, all));
  }

  private static double[][] dense(float[] w, int n) {
    double[][] rows = new double[w.length / n][n];
    for (int i = 0; i < w.length; i++) {
      rows[i / n][i % n] = w[i];
    }
    return rows;
  }

  private static void centre(double[][] rows) {
    for (double[] row : rows) {
      double mean = Arrays.stream(row).average().orElse(0);
      Arrays.setAll(row, t -> row[t] - mean);
    }
  }

  private static double[][] times(double[][] a, double[][] b) {
    double[][] product = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int k = 0; k < b.length; k++) {
        for (int j = 0; j < b[0].length; j++) {
          product[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return product;
  }

  private static double[][] transpose(double[][] a) {
    double[][] transposed = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        transposed[j][i] = a[i][j];
      }
    }
    return transposed;
  }

  /** A⁻¹ B by elimination with the largest pivots. */
  private static double[][] solve(double[][] a, double[][] b) {
    int n = a.length;
    for (int k = 0; k < n; k++) {
      int pivot = k;
      for (int i = k; i < n; i++) {
        pivot = Math.abs(a[i][k]) > Math.abs(a[pivot][k]) ? i : pivot;
      }
      swap(a, k, pivot);
      swap(b, k, pivot);
      for (int i = 0; i < n; i++) {
        double factor = i == k ? 0 : a[i][k] / a[k][k];
        subtract(a[i], factor, a[k]);
        subtract(b[i], factor, b[k]);
      }
    }
    for (int k = 0; k < n; k++) {
      double pivot = a[k][k];
      double[] row = b[k];
      Arrays.setAll(row, j -> row[j] / pivot);
    }
    return b;
  }

  private static void swap(double[][] rows, int i, int j) {
    double[] row = rows[i];
    rows[i] = rows[j];
    rows[j] = row;
  }

  private static void subtract(double[] row, double factor, double[] other) {
    Arrays.setAll(row, j -> row[j] - factor * other[j]);
  }

  /** The eigenvectors of the largest eigenvalues, one a row. */
  private static double[][] largest(double[][] a, int count) {
    int n = a.length;
    double[][] v = new double[n][n];
    for (int i = 0; i < n; i++) {
      v[i][i] = 1;
    }
    for (int sweep = 0; sweep < 50; sweep++) {
      for (int i = 0; i < n; i++) {
        for (int j = i + 1; j < n; j++) {
          if (a[i][j] != 0) {
            double angle = 0.5 * Math.atan2(2 * a[i][j], a[j][j] - a[i][i]);
            rotate(a, i, j, angle);
            double[][] columns = transpose(a);
            rotate(columns, i, j, angle);
            System.arraycopy(transpose(columns), 0, a, 0, n);
            rotate(v, i, j, angle);
          }
        }
      }
    }
    Integer[] order = new Integer[n];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (i, j) -> Double.compare(a[j][j], a[i][i]));
    return Arrays.stream(order).limit(count).map(i -> v[i]).toArray(double[][]::new);
  }

  private static void rotate(double[][] rows, int i, int j, double angle) {
    double c = Math.cos(angle);
    double s = Math.sin(angle);
    double[] first = rows[i].clone();
    double[] second = rows[j].clone();
    Arrays.setAll(rows[i], k -> c * first[k] - s * second[k]);
    Arrays.setAll(rows[j], k -> s * first[k] + c * second[k]);
  }
}
