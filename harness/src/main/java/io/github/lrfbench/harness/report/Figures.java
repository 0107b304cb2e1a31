package io.github.lrfbench.harness.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Figures for people: few digits, the unit behind; empty where there is no value. */
public final class Figures {
  private static final double THOUSAND = 1e3;
  private static final double MILLION = 1e6;
  private static final double BILLION = 1e9;

  private Figures() {}

  /** With a fixed number of decimals. */
  static String fixed(Double value, int decimals) {
    return value == null ? "" : String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /** As a person would type it: 128, 0.5. */
  public static String plain(double value) {
    return Double.isFinite(value)
        ? BigDecimal.valueOf(value).stripTrailingZeros().toPlainString()
        : Double.toString(value);
  }

  /** A count with three digits: 812, 1.53 M. */
  static String count(Long value) {
    if (value == null) {
      return "";
    }
    if (value < THOUSAND) {
      return value.toString();
    }
    if (value < MILLION) {
      return threeDigits(value / THOUSAND) + " k";
    }
    return value < BILLION
        ? threeDigits(value / MILLION) + " M"
        : threeDigits(value / BILLION) + " G";
  }

  /** A time of three digits: 4.21 ms. */
  static String milliseconds(Double value) {
    return value == null ? "" : threeDigits(value) + " ms";
  }

  /** A ratio: 1.45x. */
  static String factor(Double value) {
    return value == null ? "" : fixed(value, 2) + "x";
  }

  private static String threeDigits(double value) {
    if (!Double.isFinite(value) || value == 0) {
      return Double.toString(value);
    }
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(3));
    return rounded.scale() < 0 ? rounded.setScale(0).toPlainString() : rounded.toPlainString();
  }
}
