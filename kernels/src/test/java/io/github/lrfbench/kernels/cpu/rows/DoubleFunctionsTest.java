package io.github.lrfbench.kernels.cpu.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.kernels.contract.ReferenceMath;
import org.junit.jupiter.api.Test;

class DoubleFunctionsTest {
  @Test
  void erfIsTheIntegralOfTheGaussian() {
    for (double x = -7.5; x <= 7.5; x += 0.0625) {
      assertEquals(ReferenceMath.erf(x), DoubleFunctions.erf(x), 1e-14, "erf(" + x + ")");
    }
  }

  @Test
  void erfOfExtremeValues() {
    assertEquals(0.0, DoubleFunctions.erf(0.0));
    assertEquals(1.0, DoubleFunctions.erf(Double.POSITIVE_INFINITY));
    assertEquals(-1.0, DoubleFunctions.erf(Double.NEGATIVE_INFINITY));
    assertEquals(Double.NaN, DoubleFunctions.erf(Double.NaN));
    assertEquals(1e-300 * 2 / Math.sqrt(Math.PI), DoubleFunctions.erf(1e-300), 1e-315);
  }
}
