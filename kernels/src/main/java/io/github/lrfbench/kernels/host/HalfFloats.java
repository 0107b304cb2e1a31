package io.github.lrfbench.kernels.host;

/** Conversions between numbers of 16 bits and Java's, rounding to nearest, ties to even. */
public final class HalfFloats {
  private static final int F16_FRACTION = 10;
  private static final int F16_MIN_EXPONENT = -14;
  private static final int F16_MAX_EXPONENT = 15;

  private HalfFloats() {}

  /** The IEEE binary16 number nearest to a value. */
  public static short toF16(double value) {
    int sign = (int) (Double.doubleToRawLongBits(value) >>> 48) & 0x8000;
    if (Double.isNaN(value)) {
      return (short) (sign | 0x7e00);
    }
    double magnitude = Math.abs(value);
    int exponent = Math.max(Math.getExponent(magnitude), F16_MIN_EXPONENT);
    if (exponent > F16_MAX_EXPONENT) {
      return (short) (sign | 0x7c00);
    }
    // A multiple of the last place; rounding up may carry into the exponent, which is right.
    int units = (int) Math.rint(Math.scalb(magnitude, F16_FRACTION - exponent));
    int biased = exponent - F16_MIN_EXPONENT;
    return (short) (sign | (biased << F16_FRACTION) + units);
  }

  /** The value of an IEEE binary16 number. */
  public static float fromF16(short bits) {
    int exponent = bits >>> F16_FRACTION & 0x1f;
    int fraction = bits & 0x3ff;
    float magnitude;
    if (exponent == 0x1f) {
      magnitude = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    } else if (exponent == 0) {
      magnitude = Math.scalb((float) fraction, F16_MIN_EXPONENT - F16_FRACTION);
    } else {
      magnitude = Math.scalb((float) (fraction | 0x400), exponent - 1 + F16_MIN_EXPONENT - 10);
    }
    return bits < 0 ? -magnitude : magnitude;
  }

  /** The bfloat16 number nearest to a value: an F32 number cut to 8 significant bits. */
  public static short toBf16(double value) {
    // Rounding twice would err where the first result falls on a tie of the second.
    return Double.isNaN(value) ? toBf16(Float.NaN) : toBf16(roundToOdd(value));
  }

  /** The nearest bfloat16 number, ties to that of an even fraction. */
  public static short toBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    // What is added would carry some NaNs over to numbers.
    return value == value ? (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16) : 0x7fc0;
  }

  /** The value of a bfloat16 number. */
  public static float fromBf16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  private static float roundToOdd(double value) {
    float nearest = (float) value;
    if (nearest == value || Float.isInfinite(nearest)) {
      return nearest;
    }
    boolean isEven = (Float.floatToRawIntBits(nearest) & 1) == 0;
    if (!isEven) {
      return nearest;
    }
    return Math.abs(nearest) > Math.abs(value)
        ? Math.nextAfter(nearest, 0)
        : Math.nextAfter(nearest, Math.copySign(Double.POSITIVE_INFINITY, value));
  }
}
