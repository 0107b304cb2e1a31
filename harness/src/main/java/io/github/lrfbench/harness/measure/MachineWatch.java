package io.github.lrfbench.harness.measure;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceState;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;

/** Watches machine and device from now on, while something is measured on it. */
public final class MachineWatch {
  private final Device device;
  private final OtherLoad load;
  private final SortedSet<String> slowdowns = new TreeSet<>();
  private OptionalInt processes = OptionalInt.empty();
  private OptionalDouble handover = OptionalDouble.empty();
  private DeviceState last = DeviceState.UNKNOWN;

  /** Begins to watch what this process measures. */
  public MachineWatch(Device device) {
    this(device, List.of());
  }

  /**
   * Begins to watch.
   *
   * @param measured other processes that are measured
   */
  public MachineWatch(Device device, List<ProcessHandle> measured) {
    this.device = device;
    this.load = OtherLoad.start(measured);
    // A processor tells what slowed it down since it was last asked.
    keepHandover(device.monitor().state());
  }

  /**
   * Asks the device in the midst of work.
   *
   * @param work what is measured; it may return before the device is done
   */
  public void sample(Runnable work) {
    work.run();
    last = device.monitor().state();
    device.synchronize();
    slowdowns.addAll(last.slowdowns());
    if (last.otherProcesses().orElse(-1) > processes.orElse(-1)) {
      processes = last.otherProcesses();
    }
    keepHandover(last);
  }

  private void keepHandover(DeviceState state) {
    if (state.handoverNanos().orElse(0) > handover.orElse(0)) {
      handover = state.handoverNanos();
    }
  }

  /** What was seen until now. */
  public MachineState state() {
    DeviceState all =
        new DeviceState(
            last.usedBytes(), last.processBytes(), last.clockMhz(), slowdowns, processes, handover);
    return new MachineState(load.average(), load.processors(), all);
  }
}
