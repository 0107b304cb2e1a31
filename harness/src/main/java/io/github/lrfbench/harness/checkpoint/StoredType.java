package io.github.lrfbench.harness.checkpoint;

/**
 * Element types of files of tensors, all little-endian, by the names that safetensors gives them.
 */
enum StoredType {
  BOOL(8),
  F4(4),
  F6_E2M3(6),
  F6_E3M2(6),
  U8(8),
  I8(8),
  F8_E5M2(8),
  F8_E4M3(8),
  F8_E8M0(8),
  F8_E4M3FNUZ(8),
  F8_E5M2FNUZ(8),
  I16(16),
  U16(16),
  F16(16),
  BF16(16),
  I32(32),
  U32(32),
  F32(32),
  C64(64),
  F64(64),
  I64(64),
  U64(64);

  private final int bits;

  StoredType(int bits) {
    this.bits = bits;
  }

  /** The type of this name, or null if there is none. */
  static StoredType of(String name) {
    for (StoredType type : values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    return null;
  }

  /** Size of one element in bits. */
  int bits() {
    return bits;
  }

  /** Size of one element of a type whose elements are whole bytes. */
  int bytes() {
    if (bits % Byte.SIZE != 0) {
      throw new IllegalStateException(this + " has elements of " + bits + " bits");
    }
    return bits / Byte.SIZE;
  }
}
