package io.github.lrfbench.kernels;

/** Element types of a {@link Tensor}. */
public enum DType {
  F64(8),
  F32(4),
  F16(2),
  BF16(2),
  I32(4),
  I8(1),
  U8(1);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** True for floating-point types. */
  public boolean isFloating() {
    return this != I32 && !isCode();
  }

  /**
   * True for the types of quantization's codes, which are kept, copied and expanded to numbers but
   * not computed with. Two codes of 4 bits share a U8, the first in the lower half.
   */
  public boolean isCode() {
    return this == I8 || this == U8;
  }
}
