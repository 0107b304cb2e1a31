package io.github.lrfbench.kernels.ops;

/**
 * Codes of B bits in bytes, as {@link Nn#dequantize} and {@link Nn#palette} read them: each row
 * begins with a byte of its own, and code j is its bits j B to j B + B - 1, the lowest of a byte
 * first.
 */
public final class CodePacking {
  private CodePacking() {}

  /** Bytes of a row of codes. */
  public static int width(int cols, int bits) {
    return Math.toIntExact(((long) cols * bits + Byte.SIZE - 1) / Byte.SIZE);
  }

  /**
   * Packs codes.
   *
   * @param codes [rows, cols], 0 to 2ᴮ - 1
   * @param bits B, 1 to 8
   */
  public static byte[] pack(byte[] codes, int cols, int bits) {
    int width = width(cols, bits);
    byte[] packed = new byte[Math.multiplyExact(codes.length / cols, width)];
    for (int i = 0; i < codes.length; i++) {
      long bit = (long) (i % cols) * bits;
      int at = i / cols * width + (int) (bit / Byte.SIZE);
      int shifted = (codes[i] & 0xff) << (int) (bit % Byte.SIZE);
      packed[at] |= (byte) shifted;
      if (shifted >= 1 << Byte.SIZE) {
        packed[at + 1] |= (byte) (shifted >> Byte.SIZE);
      }
    }
    return packed;
  }

  /** The reverse. */
  public static byte[] unpack(byte[] packed, int cols, int bits) {
    int width = width(cols, bits);
    int rows = packed.length / width;
    byte[] codes = new byte[Math.multiplyExact(rows, cols)];
    for (int i = 0; i < rows; i++) {
      unpackRow(packed, i * width, bits, codes, i * cols, cols);
    }
    return codes;
  }

  /**
   * Unpacks one row.
   *
   * @param from where it begins in the packed bytes
   * @param codes receives its codes, from a place on
   */
  public static void unpackRow(
      byte[] packed, int from, int bits, byte[] codes, int place, int cols) {
    int mask = (1 << bits) - 1;
    for (int j = 0; j < cols; j++) {
      long bit = (long) j * bits;
      int at = from + (int) (bit / Byte.SIZE);
      int shift = (int) (bit % Byte.SIZE);
      int value = packed[at] & 0xff;
      if (shift + bits > Byte.SIZE) {
        value |= (packed[at + 1] & 0xff) << Byte.SIZE;
      }
      codes[place + j] = (byte) (value >> shift & mask);
    }
  }
}
