package io.github.lrfbench.kernels.cpu.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.contract.ReferenceNn;
import io.github.lrfbench.kernels.ops.Activation;
import org.junit.jupiter.api.Test;

class FloatFunctionsTest {
  @Test
  void expOfMinus() {
    for (float x = 0; x < 200; x += 1 / 256f) {
      double tolerance = x < 6 ? 5e-7 : 5e-9;
      assertEquals(Math.exp(-x), FloatFunctions.expOfMinus(x), tolerance, "exp(-" + x + ")");
    }
    assertEquals(1, FloatFunctions.expOfMinus(0));
    assertEquals(0, FloatFunctions.expOfMinus(1e20f));
    assertEquals(0, FloatFunctions.expOfMinus(Float.POSITIVE_INFINITY));
    assertTrue(Float.isNaN(FloatFunctions.expOfMinus(Float.NaN)));
  }

  @Test
  void geluAndGeluTanh() {
    for (float x = -12; x < 12; x += 1 / 64f) {
      double gelu = ReferenceNn.activate(Activation.GELU, x);
      assertEquals(gelu, FloatFunctions.gelu(x), 5e-7 * Math.max(1, x), "gelu(" + x + ")");
      double geluTanh = ReferenceNn.activate(Activation.GELU_TANH, x);
      assertEquals(geluTanh, FloatFunctions.geluTanh(x), 5e-7 * Math.max(1, x), "at " + x);
    }
  }

  @Test
  void farTailsAreExactlyZeroOrTheArgument() {
    for (float x = 20; x < 1e38f; x *= 1.37f) {
      assertEquals(x, FloatFunctions.gelu(x));
      assertEquals(x, FloatFunctions.geluTanh(x));
      assertEquals(0, FloatFunctions.gelu(-x), 1e-7);
      assertEquals(0, FloatFunctions.geluTanh(-x), 1e-7);
    }
  }
}
