package io.github.lrfbench.harness.report;

import io.github.lrfbench.harness.result.Column;
import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.harness.statistics.Interval;
import java.util.List;
import java.util.Objects;

/**
 * What became of a cell's speedup over the dense model, in logarithms. Times of two runs differ by
 * whatever else the machine did, their ratios to the dense model's times in turns by far less.
 *
 * <p>The variance is that between the rounds of either run, and what rounds of a few seconds cannot
 * show: twice that of {@link #BETWEEN_RUNS}, and that of {@link #OF_MACHINE} times what the dense
 * model's own time changed by, for a busy machine does not slow all models alike.
 */
final class SpeedupChange {
  /** Standard error of a speedup from one run of the program to the next; they repeat to 1.5 %. */
  static final double BETWEEN_RUNS = 0.015;

  /** How much of a change of the machine's speed may be left in a speedup, as a standard error. */
  static final double OF_MACHINE = 0.25;

  private static final double BUSY = 0.1;

  private static final String DENSE = "dense";

  private static final List<Column<?>> CONDITIONS =
      List.of(
          MachineColumns.DEVICE_NAME,
          MachineColumns.DTYPE,
          MachineColumns.HOST,
          MachineColumns.THREADS,
          TimeColumns.LATENCY_KIND,
          TimeColumns.BATCH_SIZE,
          TimeColumns.SEQ_LEN);

  private SpeedupChange() {}

  /**
   * Whether other work kept more than a tenth of the processors busy while a row was timed, so that
   * how its rounds vary does not tell how far its speedup is off.
   */
  static boolean isOfBusyMachine(RunRow row) {
    Double load = row.get(MachineColumns.LOAD_AVERAGE);
    Long threads = row.get(MachineColumns.THREADS);
    return load != null && threads != null && load > BUSY * threads;
  }

  /** Whether both rows tell a compressed model's speedup, on one machine and in one shape. */
  static boolean isComparable(RunRow before, RunRow after) {
    return CONDITIONS.stream()
            .allMatch(column -> Objects.equals(before.get(column), after.get(column)))
        && hasSpeedup(before)
        && hasSpeedup(after);
  }

  /**
   * The change between two comparable rows; its error is unknown where one has no interval, or was
   * timed on a busy machine.
   *
   * @param margin fractions up to this do not matter
   */
  static Change of(RunRow before, RunRow after, double margin) {
    double reach = Math.log1p(margin);
    if (!hasInterval(before)
        || !hasInterval(after)
        || isOfBusyMachine(before)
        || isOfBusyMachine(after)) {
      return Change.unknown(reach);
    }
    double machine =
        OF_MACHINE
            * Math.log(
                after.get(TimeColumns.LATENCY_DENSE_MS_P50)
                    / before.get(TimeColumns.LATENCY_DENSE_MS_P50));
    double variance = 2 * BETWEEN_RUNS * BETWEEN_RUNS + machine * machine;
    double spread = 0;
    for (RunRow row : List.of(before, after)) {
      long rounds = row.get(TimeColumns.LATENCY_ROUNDS);
      double error = interval(row).logError(rounds);
      variance += error * error;
      spread += Math.pow(error, 4) / Interval.degrees(rounds);
    }
    if (!Double.isFinite(variance)) {
      return Change.unknown(reach);
    }
    // Welch and Satterthwaite; what was not estimated from rounds has no degrees to lose.
    double degrees = Math.min(Change.MANY, variance * variance / spread);
    double gain = Math.log(after.get(TimeColumns.SPEEDUP) / before.get(TimeColumns.SPEEDUP));
    return new Change(gain, Math.sqrt(variance), degrees, reach);
  }

  private static Interval interval(RunRow row) {
    return new Interval(row.get(TimeColumns.SPEEDUP_LOW), row.get(TimeColumns.SPEEDUP_HIGH));
  }

  private static boolean hasSpeedup(RunRow row) {
    return row.get(TimeColumns.SPEEDUP) != null && !DENSE.equals(row.get(RunColumns.METHOD));
  }

  private static boolean hasInterval(RunRow row) {
    Long rounds = row.get(TimeColumns.LATENCY_ROUNDS);
    return row.get(TimeColumns.SPEEDUP_LOW) != null
        && row.get(TimeColumns.SPEEDUP_HIGH) != null
        && row.get(TimeColumns.LATENCY_DENSE_MS_P50) != null
        && rounds != null
        && rounds > 1;
  }
}
