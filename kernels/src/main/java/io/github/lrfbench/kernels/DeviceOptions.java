package io.github.lrfbench.kernels;

/**
 * How to open a device.
 *
 * @param threads host threads for kernels; 0 takes one for each processor that the JVM sees
 */
public record DeviceOptions(int threads) {
  /** All processors. */
  public static final DeviceOptions DEFAULT = new DeviceOptions(0);

  /** Checks the thread count. */
  public DeviceOptions {
    if (threads < 0) {
      throw new InputException("--threads must not be negative, but is " + threads);
    }
  }
}
