package io.github.lrfbench.kernels;

/** Element types of a {@link Tensor}. */
public enum DType {
  F64(8),
  F32(4),
  F16(2),
  BF16(2),
  I32(4);

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
    return this != I32;
  }
}
