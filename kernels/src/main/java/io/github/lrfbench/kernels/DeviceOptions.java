package io.github.lrfbench.kernels;

/**
 * How to open a device.
 *
 * @param threads host threads that give work to the device; 0 leaves the choice to the device: the
 *     CPU takes one for each processor that the JVM sees
 * @param tf32 whether products of F32 in {@link io.github.lrfbench.kernels.ops.Nn} may round their
 *     factors to TF32, which keeps 10 bits of 23; only for devices that have it
 */
public record DeviceOptions(int threads, boolean tf32) {
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
    this(threads, false);
  }
}
