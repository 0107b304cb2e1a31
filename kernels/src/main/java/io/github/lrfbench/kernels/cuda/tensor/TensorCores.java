package io.github.lrfbench.kernels.cuda.tensor;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.cuda.stream.DeviceProperties;

/** What a device's tensor cores can multiply in our kernels. */
public final class TensorCores {
  private static final int TURING = 75;
  private static final int AMPERE = 80;

  private TensorCores() {}

  /** Whether there are kernels with the warp-wide instructions for a type. */
  public static boolean multiply(DType dtype, DeviceProperties device) {
    return switch (dtype) {
      case F16 -> device.capability() >= TURING;
      case BF16 -> device.capability() >= AMPERE;
      case F32, F64, I32, I8, U8 -> false;
    };
  }
}
