package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.measure.MachineState;
import io.github.lrfbench.kernels.DeviceState;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/** Tells once in a sweep of each thing that makes its times and energies doubtful. Thread-safe. */
final class MachineWarnings {
  /** The share of the machine's processors that other work may keep busy without a word. */
  private static final double LOAD_SHARE = 0.1;

  private enum Doubt {
    LOADED,
    THROTTLED,
    SHARED
  }

  private final Set<Doubt> told = EnumSet.noneOf(Doubt.class);

  /**
   * Tells what is new.
   *
   * @param device its id
   * @param note takes lines
   */
  synchronized void tell(MachineState machine, String device, Consumer<String> note) {
    DeviceState state = machine.device();
    double load = machine.otherLoad().orElse(0);
    if (load > LOAD_SHARE * machine.processors() && told.add(Doubt.LOADED)) {
      note.accept(
          String.format(
              Locale.ROOT,
              "other work kept %.1f of %d processors busy while a cell was timed: times and energy"
                  + " are doubtful (column load_average; told once, above a tenth)",
              load,
              machine.processors()));
    }
    if (!state.slowdowns().isEmpty() && told.add(Doubt.THROTTLED)) {
      note.accept(
          device
              + " was slowed down while a cell was timed: "
              + String.join(", ", state.slowdowns())
              + " (column throttled; told once)");
    }
    int others = state.otherProcesses().orElse(0);
    if (others > 0 && told.add(Doubt.SHARED)) {
      note.accept(
          others
              + (others == 1 ? " other process was on " : " other processes were on ")
              + device
              + " while a cell was timed: times and energy hold their work, too (column"
              + " foreign_processes; told once)");
    }
  }
}
