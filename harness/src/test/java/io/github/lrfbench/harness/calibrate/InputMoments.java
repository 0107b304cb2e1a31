package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/** Moments of given inputs, by their definition. */
public final class InputMoments {
  private InputMoments() {}

  /**
   * Moments of one slot's input.
   *
   * @param x [n, p], a column per token
   */
  public static ActivationMoments of(String slot, double[][] x, Scope scope) {
    int n = x.length;
    int p = x[0].length;
    double[] gram = new double[n * n];
    double[] mean = new double[n];
    double[] magnitude = new double[n];
    for (int i = 0; i < n; i++) {
      for (int t = 0; t < p; t++) {
        mean[i] += x[i][t] / p;
        magnitude[i] += Math.abs(x[i][t]) / p;
        for (int j = 0; j < n; j++) {
          gram[i * n + j] += x[i][t] * x[j][t];
        }
      }
    }
    ActivationMoments moments = new ActivationMoments(scope.device().openScope());
    Matrix c = Matrix.of(moments.scope().allocate(DType.F64, n, n));
    c.data().write(0, gram, 0, gram.length);
    moments.put(slot, new Moments(p, c, mean, magnitude));
    return moments;
  }

  /**
   * Moments of an input in two models.
   *
   * @param x [n, p] in the dense one
   * @param own the same in the compressed one
   */
  public static CrossMoments cross(double[][] x, double[][] own, Scope scope) {
    int n = x.length;
    int p = x[0].length;
    double[] gram = new double[n * n];
    double[] drift = new double[n * n];
    double[] mean = new double[n];
    double[] shift = new double[n];
    for (int i = 0; i < n; i++) {
      for (int t = 0; t < p; t++) {
        double difference = x[i][t] - own[i][t];
        mean[i] += own[i][t] / p;
        shift[i] += difference / p;
        for (int j = 0; j < n; j++) {
          gram[i * n + j] += own[i][t] * own[j][t];
          drift[i * n + j] += difference * own[j][t];
        }
      }
    }
    return new CrossMoments(
        p,
        Matrix.of(scope.doubles(gram, n, n)),
        Matrix.of(scope.doubles(drift, n, n)),
        mean,
        shift);
  }
}
