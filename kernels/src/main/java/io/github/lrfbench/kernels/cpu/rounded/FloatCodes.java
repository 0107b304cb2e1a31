package io.github.lrfbench.kernels.cpu.rounded;

import io.github.lrfbench.kernels.ProductRounding;
import io.github.lrfbench.kernels.host.HalfFloats;

/**
 * Rounds numbers to codes, as many of which stand in an int as fit, the first in the lowest bits.
 */
public final class FloatCodes {
  /** Whole numbers of a vector's largest magnitude. */
  private static final float STEPS = 127;

  /** Vectors whose largest magnitude is below count as 0: a step would be no normal number. */
  private static final float SMALLEST = 1e-36f;

  /** Added to a number of a magnitude up to 2²², it leaves the nearest whole number's low bits. */
  private static final float TO_WHOLE = 1.5f * (1 << 23);

  private FloatCodes() {}

  /** Bytes of a code. */
  public static int bytes(ProductRounding rounding) {
    return switch (rounding) {
      case INT8 -> 1;
      case BF16 -> 2;
      default -> throw new IllegalArgumentException("no codes for " + rounding);
    };
  }

  /** The largest magnitude of the first n numbers; NaN if one is NaN. */
  public static float magnitude(float[] x, int n, float[] scratch) {
    if (n < 2) {
      return n == 0 ? 0 : Math.abs(x[0]);
    }
    // By halves: the JVM vectorizes loops over two arrays, not over one number.
    int half = n / 2;
    float odd = n % 2 == 0 ? 0 : Math.abs(x[n - 1]);
    for (int i = 0; i < half; i++) {
      scratch[i] = Math.max(Math.abs(x[i]), Math.abs(x[half + i]));
    }
    for (int left = half; left > 1; left = half) {
      half = left / 2;
      if (left % 2 == 1) {
        odd = Math.max(odd, scratch[left - 1]);
      }
      for (int i = 0; i < half; i++) {
        scratch[i] = Math.max(scratch[i], scratch[half + i]);
      }
    }
    return Math.max(odd, scratch[0]);
  }

  /** What a number is multiplied by to become a whole one of at most 127. */
  public static float factor(float magnitude) {
    return magnitude < SMALLEST ? 0 : STEPS / magnitude;
  }

  /** What a whole number stands for. */
  public static float step(float magnitude) {
    return magnitude < SMALLEST ? 0 : magnitude / STEPS;
  }

  /**
   * Nearest whole numbers, ties to the even one, as I8.
   *
   * @param x of magnitudes up to 127; the first n are overwritten
   * @param codes of at least n / 4 ints, rounded up; the last is filled with zeros
   */
  public static void toInt8(float[] x, int n, int[] codes) {
    for (int i = 0; i < n; i++) {
      x[i] += TO_WHOLE;
    }
    int whole = n / 4;
    for (int i = 0; i < whole; i++) {
      int at = 4 * i;
      codes[i] =
          bits(x, at)
              | bits(x, at + 1) << 8
              | bits(x, at + 2) << 16
              | Float.floatToRawIntBits(x[at + 3]) << 24;
    }
    if (n % 4 != 0) {
      codes[whole] = 0;
      for (int i = 4 * whole; i < n; i++) {
        codes[whole] |= bits(x, i) << 8 * (i % 4);
      }
    }
  }

  private static int bits(float[] x, int at) {
    return Float.floatToRawIntBits(x[at]) & 0xff;
  }

  /**
   * Nearest BF16 numbers, ties to those of even fractions.
   *
   * @param codes of at least n / 2 ints, rounded up; the last is filled with zeros
   */
  public static void toBf16(float[] x, int n, int[] codes) {
    int whole = n / 2;
    for (int i = 0; i < whole; i++) {
      codes[i] = toBf16(x[2 * i]) | toBf16(x[2 * i + 1]) << Short.SIZE;
    }
    if (n % 2 != 0) {
      codes[whole] = toBf16(x[n - 1]);
    }
  }

  private static int toBf16(float x) {
    return HalfFloats.toBf16(x) & 0xffff;
  }
}
