package io.github.lrfbench.harness.compress.structure;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Matrices as arrays of rows, in plain loops: what the tests compare with. */
public final class Slow {
  private Slow() {}

  static double[][] random(int rows, int cols, SplittableRandom random) {
    double[][] values = new double[rows][cols];
    for (double[] row : values) {
      Arrays.setAll(row, i -> random.nextGaussian());
    }
    return values;
  }

  /** A B. */
  public static double[][] product(double[][] a, double[][] b) {
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

  /** Aᵀ. */
  public static double[][] transpose(double[][] a) {
    double[][] transposed = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        transposed[j][i] = a[i][j];
      }
    }
    return transposed;
  }

  /** X Xᵀ, of columns without their mean where it is centred. */
  static double[][] gram(double[][] x, boolean centred) {
    double[][] used = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      double mean = centred ? Arrays.stream(x[i]).average().orElseThrow() : 0;
      used[i] = Arrays.stream(x[i]).map(value -> value - mean).toArray();
    }
    return product(used, transpose(used));
  }

  /** Some columns. */
  public static double[][] columns(double[][] a, int[] columns) {
    return Arrays.stream(a)
        .map(row -> IntStream.of(columns).mapToDouble(j -> row[j]).toArray())
        .toArray(double[][]::new);
  }

  /** Some rows. */
  public static double[][] rows(double[][] a, int[] rows) {
    return IntStream.of(rows).mapToObj(i -> a[i].clone()).toArray(double[][]::new);
  }

  /** A⁻¹ B by elimination with pivots. */
  public static double[][] solve(double[][] a, double[][] b) {
    int n = a.length;
    double[][] left = Arrays.stream(a).map(double[]::clone).toArray(double[][]::new);
    double[][] right = Arrays.stream(b).map(double[]::clone).toArray(double[][]::new);
    for (int k = 0; k < n; k++) {
      int pivot = k;
      for (int i = k; i < n; i++) {
        pivot = Math.abs(left[i][k]) > Math.abs(left[pivot][k]) ? i : pivot;
      }
      double[] row = left[k];
      left[k] = left[pivot];
      left[pivot] = row;
      row = right[k];
      right[k] = right[pivot];
      right[pivot] = row;
      for (int i = 0; i < n; i++) {
        if (i != k) {
          double factor = left[i][k] / left[k][k];
          for (int j = 0; j < n; j++) {
            left[i][j] -= factor * left[k][j];
          }
          for (int j = 0; j < right[i].length; j++) {
            right[i][j] -= factor * right[k][j];
          }
        }
      }
    }
    for (int i = 0; i < n; i++) {
      double pivot = left[i][i];
      right[i] = Arrays.stream(right[i]).map(value -> value / pivot).toArray();
    }
    return right;
  }

  /** W C[:, J] C[J, J]⁻¹. */
  static double[][] nystrom(double[][] w, double[][] c, int[] kept) {
    double[][] cross = columns(c, kept);
    return transpose(solve(rows(cross, kept), transpose(product(w, cross))));
  }

  /** tr(E C Eᵀ) where the columns J of W are others and those beside them gone. */
  static double squaredError(double[][] w, double[][] c, int[] kept, double[][] fitted) {
    double[][] e = Arrays.stream(w).map(double[]::clone).toArray(double[][]::new);
    for (int i = 0; i < w.length; i++) {
      for (int j = 0; j < kept.length; j++) {
        e[i][kept[j]] -= fitted[i][j];
      }
    }
    return squaredError(e, c);
  }

  /** tr(E C Eᵀ). */
  static double squaredError(double[][] e, double[][] c) {
    double[][] image = product(e, c);
    double sum = 0;
    for (int i = 0; i < e.length; i++) {
      for (int j = 0; j < c.length; j++) {
        sum += image[i][j] * e[i][j];
      }
    }
    return sum;
  }

  /** Which neuron goes next, each tried by solving anew; of those that are left. */
  static int cheapest(double[][] w, double[][] c, int[] left) {
    int found = -1;
    double least = Double.POSITIVE_INFINITY;
    for (int removed : left) {
      int[] kept = IntStream.of(left).filter(i -> i != removed).toArray();
      double error =
          kept.length == 0 ? squaredError(w, c) : squaredError(w, c, kept, nystrom(w, c, kept));
      if (error < least) {
        least = error;
        found = removed;
      }
    }
    return found;
  }
}
