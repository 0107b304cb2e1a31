package io.github.lrfbench.harness.result;

import java.math.BigDecimal;
import java.math.MathContext;

/** Doubles as decimal text that is the same on every JDK and in every locale. */
final class Numbers {
  /** Decimal digits that any double survives, and that always identify one. */
  private static final int SAFE_DIGITS = 15;

  private static final int ENOUGH_DIGITS = 17;

  private static final int LARGEST_PLAIN_EXPONENT = 15;
  private static final int SMALLEST_PLAIN_EXPONENT = -5;

  private Numbers() {}

  /**
   * The shortest of the roundings to 15, 16 and 17 digits that reads back as the same double.
   * {@code Double.toString} is not used because it prints more digits than needed before JDK 19.
   */
  static String print(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value) || value == 0) {
      return Double.toString(value);
    }
    BigDecimal exact = new BigDecimal(value);
    BigDecimal rounded = exact;
    for (int digits = SAFE_DIGITS; digits <= ENOUGH_DIGITS; digits++) {
      rounded = exact.round(new MathContext(digits));
      if (rounded.doubleValue() == value) {
        break;
      }
    }
    return format(rounded.stripTrailingZeros());
  }

  private static String format(BigDecimal value) {
    int exponent = value.precision() - value.scale() - 1;
    if (exponent < SMALLEST_PLAIN_EXPONENT || exponent > LARGEST_PLAIN_EXPONENT) {
      String mantissa = value.movePointLeft(exponent).toPlainString();
      return (mantissa.contains(".") ? mantissa : mantissa + ".0") + "E" + exponent;
    }
    String plain = value.toPlainString();
    return plain.contains(".") ? plain : plain + ".0";
  }
}
