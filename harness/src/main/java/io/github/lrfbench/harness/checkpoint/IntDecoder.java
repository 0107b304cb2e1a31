package io.github.lrfbench.harness.checkpoint;

import java.nio.ByteBuffer;

/** Widens stored integers to 64 bits. */
final class IntDecoder {
  private IntDecoder() {}

  /** True if numbers of this type can be decoded. */
  static boolean decodes(StoredType type) {
    return switch (type) {
      case BOOL, U8, I8, U16, I16, U32, I32, I64 -> true;
      default -> false;
    };
  }

  /**
   * Decodes {@code count} numbers.
   *
   * @param source little-endian, from index 0 on
   * @param target modified from index 0 on
   */
  static void decode(StoredType type, ByteBuffer source, long[] target, int count) {
    for (int i = 0; i < count; i++) {
      target[i] =
          switch (type) {
            case BOOL -> source.get(i) == 0 ? 0 : 1;
            case U8 -> Byte.toUnsignedLong(source.get(i));
            case I8 -> source.get(i);
            case U16 -> Short.toUnsignedLong(source.getShort(i * Short.BYTES));
            case I16 -> source.getShort(i * Short.BYTES);
            case U32 -> Integer.toUnsignedLong(source.getInt(i * Integer.BYTES));
            case I32 -> source.getInt(i * Integer.BYTES);
            case I64 -> source.getLong(i * Long.BYTES);
            default -> throw new IllegalArgumentException(type + " is no integer type");
          };
    }
  }
}
