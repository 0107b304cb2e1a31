package io.github.lrfbench.kernels.cuda.tensor;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.cuda.module.KernelVariant;

/** What the kernels' sources call the element types. */
public final class ElementTypes {
  private ElementTypes() {}

  /** An operation on matrices of one type. */
  public static KernelVariant variant(String operation, DType dtype) {
    return KernelVariant.of(operation).with("ELEMENT", name(dtype));
  }

  /** The name of a floating-point type. */
  public static String name(DType dtype) {
    return switch (dtype) {
      case F64 -> "double";
      case F32 -> "float";
      case F16 -> "half";
      case BF16 -> "bf16";
      case I32, I8, U8 ->
          throw new IllegalArgumentException("kernels compute on floating-point types");
    };
  }
}
