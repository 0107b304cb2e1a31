package io.github.lrfbench.kernels.contract;

/** Functions by numerical integration. */
public final class ReferenceMath {
  private ReferenceMath() {}

  /** The error function, by Boole's rule on a fine grid. */
  public static double erf(double x) {
    if (!(Math.abs(x) < 7)) {
      return Double.isNaN(x) ? x : Math.signum(x);
    }
    int steps = 250;
    double h = x / (4 * steps);
    double sum = 0;
    for (int i = 0; i < steps; i++) {
      double a = 4 * i * h;
      sum += 7 * gauss(a) + 32 * gauss(a + h) + 12 * gauss(a + 2 * h) + 32 * gauss(a + 3 * h);
      sum += 7 * gauss(a + 4 * h);
    }
    return sum * 2 * h / 45 * 2 / Math.sqrt(Math.PI);
  }

  private static double gauss(double t) {
    return Math.exp(-t * t);
  }
}
