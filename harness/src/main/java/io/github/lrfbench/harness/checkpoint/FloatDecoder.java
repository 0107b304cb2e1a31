package io.github.lrfbench.harness.checkpoint;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.ShortBuffer;

/** Converts stored floating-point numbers to F32. */
final class FloatDecoder {
  private static final int HALF_MAGNITUDE = 0x7fff;
  private static final int HALF_INFINITY = 0x7c00;

  private FloatDecoder() {}

  /** True if numbers of this type can be decoded. */
  static boolean decodes(StoredType type) {
    return switch (type) {
      case F64, F32, F16, BF16 -> true;
      default -> false;
    };
  }

  /**
   * Decodes {@code count} numbers.
   *
   * @param source little-endian, from its position on
   * @param target modified from index 0 on
   */
  static void decode(StoredType type, ByteBuffer source, float[] target, int count) {
    switch (type) {
      case F32 -> source.asFloatBuffer().get(target, 0, count);
      case F64 -> {
        DoubleBuffer doubles = source.asDoubleBuffer();
        for (int i = 0; i < count; i++) {
          target[i] = (float) doubles.get(i);
        }
      }
      case F16 -> {
        ShortBuffer halves = source.asShortBuffer();
        for (int i = 0; i < count; i++) {
          target[i] = half(halves.get(i));
        }
      }
      case BF16 -> {
        ShortBuffer halves = source.asShortBuffer();
        for (int i = 0; i < count; i++) {
          target[i] = Float.intBitsToFloat(halves.get(i) << 16);
        }
      }
      default -> throw new IllegalArgumentException(type + " is no floating-point type");
    }
  }

  /** An IEEE 754 binary16 number; all of them are exact in F32. */
  private static float half(short bits) {
    int sign = (bits & 0x8000) << 16;
    int magnitude = bits & HALF_MAGNITUDE;
    if (magnitude >= HALF_INFINITY) {
      return Float.intBitsToFloat(sign | 0x7f800000 | (magnitude & 0x3ff) << 13);
    }
    // The half's exponent is biased by 15, the float's by 127: 2^112 corrects it, and turns the
    // subnormal floats that subnormal halves become here into normal ones.
    float value = Float.intBitsToFloat(magnitude << 13) * 0x1p112f;
    return Float.intBitsToFloat(sign | Float.floatToRawIntBits(value));
  }
}
