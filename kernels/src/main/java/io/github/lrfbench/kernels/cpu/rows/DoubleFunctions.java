package io.github.lrfbench.kernels.cpu.rows;

/** Double-precision functions that {@link Math} lacks. */
final class DoubleFunctions {
  private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

  /** Beyond it erf is 1 in double precision. */
  private static final double SATURATION = 6;

  /** Where the continued fraction begins to converge faster than the series. */
  private static final double SERIES_LIMIT = 2.5;

  private DoubleFunctions() {}

  /** The error function, within a few units in the last place. */
  static double erf(double x) {
    double magnitude = Math.abs(x);
    if (magnitude < SERIES_LIMIT) {
      return TWO_OVER_SQRT_PI * Math.exp(-x * x) * series(x);
    }
    if (magnitude < SATURATION) {
      double tail = Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction(magnitude);
      return Math.copySign(1 - tail, x);
    }
    return Double.isNaN(x) ? x : Math.copySign(1, x);
  }

  // Abramowitz and Stegun 7.1.6; all terms have one sign, so nothing cancels.
  private static double series(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return sum;
  }

  // Abramowitz and Stegun 7.1.14, evaluated from its tail.
  private static double fraction(double x) {
    double value = x;
    for (int n = 60; n >= 1; n--) {
      value = x + n / (2 * value);
    }
    return value;
  }

  /** {@code Φ(x) + x φ(x)}, the derivative of the GELU. */
  static double geluDerivative(double x) {
    double density = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    return (1 + erf(x / Math.sqrt(2))) / 2 + (density == 0 ? 0 : x * density);
  }

  /** The derivative of {@code x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))}. */
  static double geluTanhDerivative(double x) {
    double root = Math.sqrt(2 / Math.PI);
    double t = Math.tanh(root * (x + 0.044715 * x * x * x));
    double rest = 1 - t * t;
    double slope = root * (1 + 3 * 0.044715 * x * x);
    return (1 + t) / 2 + (rest == 0 ? 0 : x / 2 * rest * slope);
  }
}
