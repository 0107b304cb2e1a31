package io.github.lrfbench.kernels;

/**
 * How to open a device.
 *
 * @param threads host threads that give work to the device; 0 leaves the choice to the device: the
 *     CPU takes one for each processor that the JVM sees
 * @param rounding what the factors of F32 products in {@link io.github.lrfbench.kernels.ops.Nn} and
 *     {@link io.github.lrfbench.kernels.ops.NnGradients} may be rounded to; only for devices that
 *     have it
 */
public record DeviceOptions(int threads, ProductRounding rounding) {
  /** All processors, full precision. */
  public static final DeviceOptions DEFAULT = new DeviceOptions(0);

  /** Checks the thread count. */
  public DeviceOptions {
    if (threads < 0) {
      throw new InputException("--threads must not be negative, but is " + threads);
    }
  }

  /** Full precision. */
  public DeviceOptions(int threads) {
    this(threads, ProductRounding.NONE);
  }
}
