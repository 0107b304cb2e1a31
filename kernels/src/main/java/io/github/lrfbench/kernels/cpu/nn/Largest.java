package io.github.lrfbench.kernels.cpu.nn;

import java.util.Arrays;

/** Finds the largest of some numbers by their digits, in linear time whatever the numbers are. */
final class Largest {
  /** The first digit tells numbers apart that differ by a quarter of their octave. */
  private static final int DIGIT_BITS = 14;

  private static final int DIGITS = 1 << DIGIT_BITS;

  private Largest() {}

  /** Integers in the order of the numbers; NaN is the largest, and zeros are equal. */
  static long[] keys(float[] values) {
    long[] keys = new long[values.length];
    for (int i = 0; i < keys.length; i++) {
      int bits = Float.floatToIntBits(values[i] + 0f);
      keys[i] = (long) (bits ^ (bits >> (Integer.SIZE - 1)) & Integer.MAX_VALUE) << Integer.SIZE;
    }
    return keys;
  }

  /** The same of doubles. */
  static long[] keys(double[] values) {
    long[] keys = new long[values.length];
    for (int i = 0; i < keys.length; i++) {
      long bits = Double.doubleToLongBits(values[i] + 0.0);
      keys[i] = bits ^ (bits >> (Long.SIZE - 1)) & Long.MAX_VALUE;
    }
    return keys;
  }

  /**
   * Where the largest keys are; of equal ones those that come first.
   *
   * @param count from 1 to the number of keys
   * @return in ascending order
   */
  static int[] columns(long[] keys, int count) {
    int[] columns = new int[count];
    Bound bound = bound(keys, count);
    int equal = bound.equal;
    int found = 0;
    for (int i = 0; found < count; i++) {
      if (keys[i] > bound.key || keys[i] == bound.key && equal-- > 0) {
        columns[found++] = i;
      }
    }
    return columns;
  }

  /**
   * The smallest of the largest.
   *
   * @param equal how many of its equals are among the largest
   */
  private record Bound(long key, int equal) {}

  private static Bound bound(long[] all, int count) {
    long[] keys = all;
    int n = all.length;
    int left = count;
    int[] counts = new int[DIGITS];
    // The highest digit is signed; the lowest may have fewer bits.
    for (int shift = Long.SIZE - DIGIT_BITS; ; shift = Math.max(0, shift - DIGIT_BITS)) {
      Arrays.fill(counts, 0);
      for (int i = 0; i < n; i++) {
        counts[digit(keys[i], shift)]++;
      }
      int digit = DIGITS - 1;
      while (counts[digit] < left) {
        left -= counts[digit];
        digit--;
      }
      long[] kept = new long[counts[digit]];
      int next = 0;
      for (int i = 0; i < n; i++) {
        if (digit(keys[i], shift) == digit) {
          kept[next++] = keys[i];
        }
      }
      keys = kept;
      n = next;
      if (shift == 0 || n == 1) {
        return new Bound(keys[0], left);
      }
    }
  }

  private static int digit(long key, int shift) {
    return (int) ((key ^ Long.MIN_VALUE) >>> shift) & DIGITS - 1;
  }
}
