package io.github.lrfbench.kernels;

/**
 * What a device tells of itself while it works: the energy that it has taken, and its state. What
 * it does not tell is absent; nothing here fails.
 */
public interface DeviceMonitor {
  /** Of a device that tells nothing. */
  DeviceMonitor NONE =
      new DeviceMonitor() {
        @Override
        public String energySource() {
          return "";
        }

        @Override
        public String energyDetail() {
          return "the device has no energy counter that is known here";
        }

        @Override
        public double joules() {
          return Double.NaN;
        }

        @Override
        public DeviceState state() {
          return DeviceState.UNKNOWN;
        }
      };

  /** Whose counter {@link #joules} reads, {@code nvml} or {@code rapl}; empty if there is none. */
  String energySource();

  /** What the counter counts; where there is none, why not and what helps. One line. */
  String energyDetail();

  /**
   * Joules that the device has taken since some moment, by whatever ran on it, and while it was
   * idle; NaN where that cannot be read. Only differences mean something, of two calls that lie
   * minutes apart at most: counters wrap around.
   */
  double joules();

  /** How the device is now. To be asked while it works: an idle one lowers its clock. */
  DeviceState state();
}
