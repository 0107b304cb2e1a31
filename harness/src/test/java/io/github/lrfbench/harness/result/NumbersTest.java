package io.github.lrfbench.harness.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1.0",
    "-0.5, -0.5",
    "0, 0.0",
    "-0.0, -0.0",
    "0.1, 0.1",
    "2e-3, 0.002",
    "1e-5, 0.00001",
    "1e-6, 1.0E-6",
    "1.5e-7, 1.5E-7",
    "1e15, 1000000000000000.0",
    "1e16, 1.0E16",
    "2e23, 2.0E23",
    "1e23, 1.0E23",
    "4.9e-324, 4.94065645841247E-324",
    "1.7976931348623157e308, 1.7976931348623157E308",
    "NaN, NaN",
    "-Infinity, -Infinity"
  })
  void printsShortDecimals(double value, String text) {
    assertEquals(text, Numbers.print(value));
  }

  @Test
  void aThirdKeepsAllItsDigits() {
    assertEquals("0.3333333333333333", Numbers.print(1.0 / 3.0));
  }

  @Test
  void everyDoubleReadsBackTheSameInAtMost17Digits() {
    Random random = new Random(1);
    for (int i = 0; i < 50_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      String text = Numbers.print(value);
      assertEquals(value, Double.parseDouble(text), text);
      if (Double.isFinite(value)) {
        assertTrue(new BigDecimal(text).stripTrailingZeros().precision() <= 17, text);
      }
    }
  }

  @Test
  void theLocaleDoesNotMatter() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG"));
      assertEquals("1234.5", Numbers.print(1234.5));
    } finally {
      Locale.setDefault(before);
    }
  }
}
