package io.github.lrfbench.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class DoubleMathTest {
  @Test
  void erfIsTheIntegralOfTheGaussian() {
    for (double x = -7; x <= 7; x += 0.0625) {
      assertEquals(integral(x), DoubleMath.erf(x), 1e-14, "erf(" + x + ")");
    }
  }

  @Test
  void erfOfExtremeValues() {
    assertEquals(0.0, DoubleMath.erf(0.0));
    assertEquals(1.0, DoubleMath.erf(Double.POSITIVE_INFINITY));
    assertEquals(-1.0, DoubleMath.erf(Double.NEGATIVE_INFINITY));
    assertEquals(Double.NaN, DoubleMath.erf(Double.NaN));
    assertEquals(1e-300 * 2 / Math.sqrt(Math.PI), DoubleMath.erf(1e-300), 1e-315);
  }

  /** Boole's rule on a fine grid. */
  private static double integral(double x) {
    int steps = 400;
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
