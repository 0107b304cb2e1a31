package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.measure.MachineState;
import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.kernels.DeviceState;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What a model took of the machine while it was timed, and what else went on there.
 *
 * @param energy of calls of the throughput shape
 */
record Conditions(Energy energy, MachineState machine) {
  /** Where what is timed is in processes that are not known: their work would count as others'. */
  static final Conditions UNKNOWN =
      new Conditions(Energy.NONE, new MachineState(OptionalDouble.empty(), 1, DeviceState.UNKNOWN));

  /**
   * Joules for each sequence; NaN where they are not known.
   *
   * @param source whose counter it was, {@code nvml} or {@code rapl}
   * @param own the model's
   * @param dense the dense model's; of the dense model its own
   */
  record Energy(String source, double own, double dense) {
    /** Where there is no counter. */
    static final Energy NONE = new Energy("", Double.NaN, Double.NaN);
  }

  void applyTo(RunRow.Builder row) {
    DeviceState device = machine.device();
    if (energy.own() > 0) {
      row.set(TimeColumns.ENERGY_J_PER_EXAMPLE, energy.own())
          .set(TimeColumns.ENERGY_SOURCE, energy.source());
    }
    if (energy.dense() > 0) {
      row.set(TimeColumns.ENERGY_J_PER_EXAMPLE_DENSE, energy.dense())
          .set(TimeColumns.ENERGY_SOURCE, energy.source());
    }
    device.usedBytes().ifPresent(bytes -> row.set(MachineColumns.DEVICE_MEMORY_BYTES, bytes));
    machine.otherLoad().ifPresent(load -> row.set(MachineColumns.LOAD_AVERAGE, load));
    device.clockMhz().ifPresent(clock -> row.set(MachineColumns.CLOCK_MHZ, clock));
    device.otherProcesses().ifPresent(n -> row.set(MachineColumns.FOREIGN_PROCESSES, n));
    device.handoverNanos().ifPresent(nanos -> row.set(MachineColumns.HANDOVER_NS, nanos));
    if (!device.slowdowns().isEmpty()) {
      row.set(MachineColumns.THROTTLED, String.join(", ", device.slowdowns()));
    }
  }

  /** Adds what has no column. */
  void addTo(Map<String, Object> extra) {
    machine
        .device()
        .processBytes()
        .ifPresent(bytes -> extra.put("device_memory_bytes_process", bytes));
  }
}
