package io.github.lrfbench.harness.compress.head;

/** Least squares by Gaussian elimination of the normal equations. */
final class NormalEquations {
  private NormalEquations() {}

  /**
   * The solution K of (Xᵀ X + λ I) Kᵀ = Xᵀ T, [c][d].
   *
   * @param x [N][d]
   * @param t [N][c]
   */
  static double[][] solve(double[][] x, double[][] t, double ridge) {
    int d = x[0].length;
    int c = t[0].length;
    double[][] rows = new double[d][d + c];
    for (int i = 0; i < d; i++) {
      for (int n = 0; n < x.length; n++) {
        for (int j = 0; j < d; j++) {
          rows[i][j] += x[n][i] * x[n][j];
        }
        for (int j = 0; j < c; j++) {
          rows[i][d + j] += x[n][i] * t[n][j];
        }
      }
      rows[i][i] += ridge;
    }
    for (int i = 0; i < d; i++) {
      for (int other = 0; other < d; other++) {
        double factor = other == i ? 0 : rows[other][i] / rows[i][i];
        for (int j = 0; j < d + c; j++) {
          rows[other][j] -= factor * rows[i][j];
        }
      }
    }
    double[][] k = new double[c][d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < c; j++) {
        k[j][i] = rows[i][d + j] / rows[i][i];
      }
    }
    return k;
  }
}
