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

  /** How many times the shortest hand-over of a sweep another may take without a word. */
  private static final double APART = 2;

  /** Threads that share a cache take less for a hand-over, in nanoseconds. */
  private static final double FAR = 100;

  private enum Doubt {
    LOADED,
    THROTTLED,
    SHARED,
    APART
  }

  private final Set<Doubt> told = EnumSet.noneOf(Doubt.class);
  private double nearest = Double.POSITIVE_INFINITY;
  private double farthest;

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
    state.handoverNanos().ifPresent(nanos -> tellHandover(nanos, device, note));
  }

  /** Cells of one sweep that were timed near and far cannot be compared, whichever came first. */
  private void tellHandover(double nanos, String device, Consumer<String> note) {
    double before = nanos > nearest ? nearest : farthest;
    nearest = Math.min(nearest, nanos);
    farthest = Math.max(farthest, nanos);
    if (farthest > FAR && farthest > APART * nearest && told.add(Doubt.APART)) {
      note.accept(
          String.format(
              Locale.ROOT,
              "threads of %s took %.0f ns to hand a number over while a cell was timed, %.0f ns"
                  + " while another was: in the slower one they were on cores that share no cache,"
                  + " where times are longer, of small and compressed models most (column"
                  + " handover_ns; told once)",
              device,
              nanos,
              before));
    }
  }
}
