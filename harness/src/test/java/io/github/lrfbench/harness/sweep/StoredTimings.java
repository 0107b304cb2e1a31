package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.measure.MachineState;
import io.github.lrfbench.harness.measure.RoundRule;
import io.github.lrfbench.harness.measure.Rounds;
import io.github.lrfbench.harness.report.Comparison;
import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.SampleRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.kernels.DeviceState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Timed calls that lead to rows, and rows to verdicts, by the same ways as in a sweep. */
final class StoredTimings {
  private static final Pattern LATENCY =
      Pattern.compile("latency: \\d+ SAME, (\\d+) BETTER, (\\d+) WORSE, \\d+ UNDECIDED");

  private StoredTimings() {}

  /** The row of a cell. */
  static RunRow row(String cell, Rounds rounds) {
    RunRow.Builder row =
        RunRow.builder()
            .set(RunColumns.RUN_ID, "run")
            .set(RunColumns.CELL_ID, cell)
            .set(RunColumns.STATUS, RunRow.OK)
            .set(RunColumns.TASK, cell)
            .set(RunColumns.METHOD, "svd")
            .set(MachineColumns.DEVICE_NAME, "a processor")
            .set(TimeColumns.BATCH_SIZE, 1)
            .set(ScoreColumns.METRIC, 0.5)
            .set(ScoreColumns.METRIC_STDERR, 0.01);
    Timing.InTurns throughput = new Timing.InTurns(rounds.stats(0), rounds.stats(1), 32);
    MachineState unknown = new MachineState(OptionalDouble.empty(), 0, DeviceState.UNKNOWN);
    Conditions conditions = new Conditions(Conditions.Energy.NONE, unknown);
    new Timing(
            rounds,
            1,
            Double.NaN,
            throughput,
            0,
            0,
            true,
            Timing.Expanded.NONE,
            conditions,
            0,
            null)
        .applyTo(row);
    return row.build();
  }

  /** The rounds of every cell in which two models took turns. */
  static Map<String, Rounds> rounds(List<SampleRow> samples) {
    Map<String, TreeMap<Long, Map<String, List<Long>>>> cells = new LinkedHashMap<>();
    for (SampleRow sample : samples) {
      cells
          .computeIfAbsent(sample.cellId(), id -> new TreeMap<>())
          .computeIfAbsent(sample.round(), round -> new TreeMap<>())
          .computeIfAbsent(sample.subject(), subject -> new ArrayList<>())
          .add(Math.round(1e6 * sample.ms()));
    }
    Map<String, Rounds> all = new LinkedHashMap<>();
    cells.forEach(
        (cell, rounds) -> {
          if (rounds.firstEntry().getValue().containsKey(SampleRow.DENSE)) {
            List<long[][]> nanos =
                rounds.values().stream()
                    .map(
                        round ->
                            new long[][] {
                              array(round.get(SampleRow.OWN)), array(round.get(SampleRow.DENSE))
                            })
                    .toList();
            all.put(cell, new Rounds(new long[2], nanos, RoundRule.Stop.TIME));
          }
        });
    return all;
  }

  private static long[] array(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  /** How many cells are BETTER, and how many WORSE, where two files are compared. */
  static int[] verdicts(List<RunRow> before, List<RunRow> after) {
    String text = Comparison.render(before, after, 0.01, 0.1);
    Matcher counts = LATENCY.matcher(text);
    if (!counts.find()) {
      throw new AssertionError(text);
    }
    return new int[] {Integer.parseInt(counts.group(1)), Integer.parseInt(counts.group(2))};
  }
}
