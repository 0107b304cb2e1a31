package io.github.lrfbench.harness.compress.lowrank.elementwise;

/** Alternating least squares by loops alone, to see how low J gets. */
final class LongRun {
  /** Part of the mean diagonal that keeps equations of rows with few weights solvable. */
  private static final double RIDGE = 1e-9;

  private LongRun() {}

  /**
   * J after many sweeps.
   *
   * @param w W, [m, n]
   * @param h H, [m, n]
   * @param u U, [m, r], row-major; modified
   * @param v Vᵀ, [n, r], row-major; modified
   */
  static double objective(
      double[] w, double[] h, int rows, int cols, double[] u, double[] v, int sweeps) {
    int rank = u.length / rows;
    double least = Double.POSITIVE_INFINITY;
    for (int sweep = 0; sweep < sweeps; sweep++) {
      for (int i = 0; i < rows; i++) {
        solve(w, h, i * cols, 1, cols, v, u, i, rank);
      }
      for (int j = 0; j < cols; j++) {
        solve(w, h, j, cols, rows, u, v, j, rank);
      }
      least = Math.min(least, objective(w, h, cols, u, v, rank));
    }
    return least;
  }

  private static double objective(
      double[] w, double[] h, int cols, double[] u, double[] v, int rank) {
    double sum = 0;
    for (int i = 0; i < w.length; i++) {
      double difference = w[i];
      for (int k = 0; k < rank; k++) {
        difference -= u[i / cols * rank + k] * v[i % cols * rank + k];
      }
      sum += h[i] * difference * difference;
    }
    return sum;
  }

  /** Row {@code index} of what is free by its normal equations and elimination with pivots. */
  private static void solve(
      double[] w,
      double[] h,
      int from,
      int stride,
      int count,
      double[] fixed,
      double[] free,
      int index,
      int rank) {
    double[][] a = new double[rank][rank + 1];
    double trace = 0;
    for (int t = 0; t < count; t++) {
      int at = from + t * stride;
      for (int k = 0; k < rank; k++) {
        double weighted = h[at] * fixed[t * rank + k];
        for (int l = 0; l < rank; l++) {
          a[k][l] += weighted * fixed[t * rank + l];
        }
        a[k][rank] += weighted * w[at];
        trace += weighted * fixed[t * rank + k];
      }
    }
    if (trace == 0) {
      return;
    }
    for (int k = 0; k < rank; k++) {
      a[k][k] += RIDGE * trace / rank;
    }
    for (int k = 0; k < rank; k++) {
      int pivot = k;
      for (int i = k + 1; i < rank; i++) {
        pivot = Math.abs(a[i][k]) > Math.abs(a[pivot][k]) ? i : pivot;
      }
      double[] swapped = a[k];
      a[k] = a[pivot];
      a[pivot] = swapped;
      for (int i = 0; i < rank; i++) {
        double factor = i == k ? 0 : a[i][k] / a[k][k];
        for (int l = k; l <= rank && i != k; l++) {
          a[i][l] -= factor * a[k][l];
        }
      }
    }
    for (int k = 0; k < rank; k++) {
      free[index * rank + k] = a[k][rank] / a[k][k];
    }
  }
}
