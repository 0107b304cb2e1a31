package io.github.lrfbench.kernels.cpu;

/**
 * Sums of squares in double precision. Four partial sums, because the processor starts an addition
 * in a fraction of the time that one takes, and Java does not reorder them itself.
 */
final class SquareSums {
  private SquareSums() {}

  static double of(float[] x) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int i = 0;
    for (; i + 3 < x.length; i += 4) {
      sum0 += (double) x[i] * x[i];
      sum1 += (double) x[i + 1] * x[i + 1];
      sum2 += (double) x[i + 2] * x[i + 2];
      sum3 += (double) x[i + 3] * x[i + 3];
    }
    for (; i < x.length; i++) {
      sum0 += (double) x[i] * x[i];
    }
    return sum0 + sum1 + (sum2 + sum3);
  }

  static double of(double[] x) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int i = 0;
    for (; i + 3 < x.length; i += 4) {
      sum0 += x[i] * x[i];
      sum1 += x[i + 1] * x[i + 1];
      sum2 += x[i + 2] * x[i + 2];
      sum3 += x[i + 3] * x[i + 3];
    }
    for (; i < x.length; i++) {
      sum0 += x[i] * x[i];
    }
    return sum0 + sum1 + (sum2 + sum3);
  }
}
