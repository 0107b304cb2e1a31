package io.github.lrfbench.harness.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** All 65536 patterns of both 16-bit types, against the definition of their values. */
class FloatDecoderTest {
  private static final int PATTERNS = 1 << 16;

  @Test
  void halfPrecision() {
    check(StoredType.F16, bits -> value(bits, 5, 10));
  }

  @Test
  void brainFloats() {
    check(StoredType.BF16, bits -> value(bits, 8, 7));
  }

  private static void check(StoredType type, IntFunction<Double> reference) {
    ByteBuffer bytes = SafetensorsBytes.littleEndian(PATTERNS * Short.BYTES);
    for (int bits = 0; bits < PATTERNS; bits++) {
      bytes.putShort((short) bits);
    }
    float[] decoded = new float[PATTERNS];
    FloatDecoder.decode(type, bytes.flip(), decoded, PATTERNS);
    for (int bits = 0; bits < PATTERNS; bits++) {
      double expected = reference.apply(bits);
      assertEquals(expected, (double) decoded[bits], "pattern " + Integer.toHexString(bits));
    }
  }

  /** The value of a pattern by IEEE 754: sign, exponent and fraction in exact doubles. */
  private static double value(int bits, int exponentBits, int fractionBits) {
    double sign = bits >>> 15 == 0 ? 1 : -1;
    int top = (1 << exponentBits) - 1;
    int exponent = bits >>> fractionBits & top;
    double fraction = (bits & (1 << fractionBits) - 1) / (double) (1 << fractionBits);
    int bias = top / 2;
    if (exponent == top) {
      return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
    }
    return exponent == 0
        ? sign * fraction * Math.pow(2, 1 - bias)
        : sign * (1 + fraction) * Math.pow(2, exponent - bias);
  }
}
