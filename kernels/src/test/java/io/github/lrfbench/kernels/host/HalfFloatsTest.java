package io.github.lrfbench.kernels.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HalfFloatsTest {
  @Test
  void everyNumberOf16BitsSurvivesARoundTrip() {
    for (int i = Short.MIN_VALUE; i <= Short.MAX_VALUE; i++) {
      short bits = (short) i;
      float half = HalfFloats.fromF16(bits);
      float brain = HalfFloats.fromBf16(bits);
      if (!Float.isNaN(half)) {
        assertEquals(bits, HalfFloats.toF16(half));
      }
      if (!Float.isNaN(brain)) {
        assertEquals(bits, HalfFloats.toBf16(brain));
      }
    }
  }

  @Test
  void knownNumbers() {
    assertEquals(0x3c00, HalfFloats.toF16(1));
    assertEquals(0x7bff, HalfFloats.toF16(65504));
    assertEquals(0x7bff, HalfFloats.toF16(65519.99));
    assertEquals(0x7c00, HalfFloats.toF16(65520));
    assertEquals(1, HalfFloats.toF16(0x1p-24));
    assertEquals(0, HalfFloats.toF16(0x1p-25));
    assertEquals((short) 0x8000, HalfFloats.toF16(-0.0));
    assertEquals((short) 0xfc00, HalfFloats.toF16(Double.NEGATIVE_INFINITY));
    assertEquals(Float.NaN, HalfFloats.fromF16(HalfFloats.toF16(Double.NaN)));
    assertEquals(0x3f80, HalfFloats.toBf16(1));
    assertEquals(0x7f80, HalfFloats.toBf16(1e300));
    assertEquals(0x7f80, HalfFloats.toBf16(Float.MAX_VALUE));
    assertEquals((short) 0x8000, HalfFloats.toBf16(-0.0));
    assertEquals(Float.NaN, HalfFloats.fromBf16(HalfFloats.toBf16(Double.NaN)));
  }

  @Test
  void theNearestIsTakenAndOfTwoTheEven() {
    Random random = new Random(1);
    for (int round = 0; round < 20_000; round++) {
      short bits = (short) random.nextInt(0x7b00);
      short above = (short) (bits + 1);
      assertBetween(bits, HalfFloats.fromF16(bits), above, HalfFloats.fromF16(above), true, random);
      assertBetween(
          bits, HalfFloats.fromBf16(bits), above, HalfFloats.fromBf16(above), false, random);
    }
  }

  private static void assertBetween(
      short low, float lowValue, short high, float highValue, boolean half, Random random) {
    BigDecimal doubled = new BigDecimal(lowValue).add(new BigDecimal(highValue));
    double middle = doubled.divide(BigDecimal.valueOf(2)).doubleValue();
    short even = (low & 1) == 0 ? low : high;
    assertEquals(even, convert(middle, half), "tie at " + middle);
    assertEquals(low, convert(Math.nextDown(middle), half), "just below " + middle);
    assertEquals(high, convert(Math.nextUp(middle), half), "just above " + middle);
    double anywhere = lowValue + random.nextDouble() * (highValue - lowValue);
    if (anywhere != middle) {
      assertEquals(anywhere < middle ? low : high, convert(anywhere, half), "at " + anywhere);
    }
  }

  private static short convert(double value, boolean half) {
    return half ? HalfFloats.toF16(value) : HalfFloats.toBf16(value);
  }
}
