package io.github.lrfbench.harness.linear;

/**
 * Codes of fewer than 8 bits in bytes, as {@link io.github.lrfbench.kernels.ops.Nn#dequantize}
 * reads them: each row begins with a byte of its own, and code j is its bits j B to j B + B - 1,
 * the lowest of a byte first.
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
   * @param bits B, 1 to 7
   */
  public static byte[] pack(byte[] codes, int cols, int bits) {
    int width = width(cols, bits);
    byte[] packed = new byte[Math.multiplyExact(codes.length / cols, width)];
    for (int i = 0; i < codes.length; i++) {
      long bit = (long) (i % cols) * bits;
      int at = i / cols * width + (int) (bit / Byte.SIZE);
      int shifted = codes[i] << (int) (bit % Byte.SIZE);
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
    byte[] codes = new byte[Math.multiplyExact(packed.length / width, cols)];
    int mask = (1 << bits) - 1;
    for (int i = 0; i < codes.length; i++) {
      long bit = (long) (i % cols) * bits;
      int at = i / cols * width + (int) (bit / Byte.SIZE);
      int shift = (int) (bit % Byte.SIZE);
      int next = shift + bits > Byte.SIZE ? packed[at + 1] & 0xff : 0;
      codes[i] = (byte) ((packed[at] & 0xff | next << Byte.SIZE) >> shift & mask);
    }
    return codes;
  }
}
