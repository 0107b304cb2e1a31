package io.github.lrfbench.harness.shapes;

import io.github.lrfbench.kernels.ops.Activation;

/**
 * About how many floating-point operations what is no product takes for each number, an exponential
 * being a polynomial of eight. They are estimates; what counts is their ratio, as {@code kernels}
 * measures a device by the same numbers.
 */
public final class OtherFlops {
  /** Mean, variance, scaling and shift. */
  static final int NORM = 8;

  /** Scale, maximum, exponential, sum and division. */
  static final int SOFTMAX = 12;

  private static final int EXPONENTIAL = 8;

  private OtherFlops() {}

  /** Of an activation of one number. */
  public static int of(Activation activation) {
    return switch (activation) {
      case NONE -> 0;
      case RELU -> 1;
      case TANH -> EXPONENTIAL + 3;
      case GELU -> EXPONENTIAL + 10;
      case GELU_TANH -> EXPONENTIAL + 9;
    };
  }
}
