package io.github.lrfbench.harness.compress.lowrank;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Singular value decompositions by one-sided Jacobi rotations on the host, to compare with. */
public final class SlowSvd {
  private static final int SWEEPS = 60;

  /** A V, of columns, by descending norm. */
  private final double[][] images;

  private final double[][] vectors;

  /** Decomposes a matrix [m, n]. */
  public SlowSvd(double[][] a) {
    int m = a.length;
    int n = a[0].length;
    double[][] columns = new double[n][m];
    double[][] v = new double[n][n];
    for (int j = 0; j < n; j++) {
      v[j][j] = 1;
      for (int i = 0; i < m; i++) {
        columns[j][i] = a[i][j];
      }
    }
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          rotate(columns[p], columns[q], v[p], v[q]);
        }
      }
    }
    int[] order =
        IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingDouble(j -> -dot(columns[j], columns[j])))
            .mapToInt(j -> j)
            .toArray();
    images = Arrays.stream(order).mapToObj(j -> columns[j]).toArray(double[][]::new);
    vectors = Arrays.stream(order).mapToObj(j -> v[j]).toArray(double[][]::new);
  }

  private static void rotate(double[] p, double[] q, double[] vp, double[] vq) {
    double cross = dot(p, q);
    if (cross == 0) {
      return;
    }
    double zeta = (dot(q, q) - dot(p, p)) / (2 * cross);
    double tangent = Math.copySign(1, zeta) / (Math.abs(zeta) + Math.hypot(1, zeta));
    double cosine = 1 / Math.hypot(1, tangent);
    for (double[][] pair : new double[][][] {{p, q}, {vp, vq}}) {
      for (int i = 0; i < pair[0].length; i++) {
        double x = pair[0][i];
        double y = pair[1][i];
        pair[0][i] = cosine * (x - tangent * y);
        pair[1][i] = cosine * (tangent * x + y);
      }
    }
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  /** The squared singular values, in descending order; of n columns n of them. */
  public double[] squares() {
    return Arrays.stream(images).mapToDouble(column -> dot(column, column)).toArray();
  }

  /** The sum of the squares from a rank on. */
  public double tail(int rank) {
    return Arrays.stream(squares()).skip(rank).sum();
  }

  /** The best approximation of a rank, [m, n]. */
  public double[][] truncate(int rank) {
    double[][] sum = new double[images[0].length][vectors.length];
    for (int k = 0; k < rank; k++) {
      for (int i = 0; i < sum.length; i++) {
        for (int j = 0; j < sum[0].length; j++) {
          sum[i][j] += images[k][i] * vectors[k][j];
        }
      }
    }
    return sum;
  }

  /** A product. */
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

  /** aᵀ. */
  public static double[][] transposed(double[][] a) {
    double[][] t = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < t.length; j++) {
        t[j][i] = a[i][j];
      }
    }
    return t;
  }

  /** a − b. */
  public static double[][] difference(double[][] a, double[][] b) {
    double[][] d = new double[a.length][a[0].length];
    for (int i = 0; i < d.length; i++) {
      for (int j = 0; j < d[0].length; j++) {
        d[i][j] = a[i][j] - b[i][j];
      }
    }
    return d;
  }
}
