package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.measure.LatencyStats;
import io.github.lrfbench.harness.measure.Rounds;
import io.github.lrfbench.harness.result.ExitColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.SampleRow;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.harness.statistics.Interval;
import java.util.List;

/**
 * How fast passes are that stop early, over a task's own inputs.
 *
 * @param rounds sections of the inputs; the subjects are passes that stop, the dense model's whole
 *     ones, and but for the dense model itself whole ones of the same model
 * @param conditions what else the machine did
 */
record ExitTiming(Rounds rounds, Conditions conditions) {
  /** Whose the passes are. */
  static final List<String> SUBJECTS = List.of(SampleRow.OWN, SampleRow.DENSE, SampleRow.WHOLE);

  private static final int DENSE = 1;

  void applyTo(RunRow.Builder row) {
    int whole = rounds.first().length - 1;
    LatencyStats own = rounds.stats(0);
    LatencyStats dense = rounds.stats(DENSE);
    row.set(TimeColumns.LATENCY_KIND, ExitColumns.LATENCY_KIND)
        .set(TimeColumns.BATCH_SIZE, 1)
        .set(TimeColumns.LATENCY_MS_P50, own.p50Ms())
        .set(TimeColumns.LATENCY_MS_P90, own.p90Ms())
        .set(TimeColumns.LATENCY_MS_P99, own.p99Ms())
        .set(TimeColumns.LATENCY_MS_MEAN, own.meanMs())
        .set(TimeColumns.LATENCY_MS_STDEV, own.stdevMs())
        .set(TimeColumns.LATENCY_RUNS, own.runs())
        .set(TimeColumns.LATENCY_ROUNDS, rounds.count())
        .set(TimeColumns.LATENCY_DENSE_MS_P50, dense.p50Ms())
        .set(TimeColumns.FIRST_LATENCY_MS, own.firstMs())
        .set(TimeColumns.SPEEDUP, dense.meanMs() / own.meanMs())
        .set(ExitColumns.EXIT_SPEEDUP, rounds.stats(whole).meanMs() / own.meanMs());
    Interval speedup = rounds.ratioOfMeans(DENSE, 0);
    if (speedup.isFinite()) {
      row.set(TimeColumns.SPEEDUP_LOW, speedup.low()).set(TimeColumns.SPEEDUP_HIGH, speedup.high());
    }
    Interval exits = rounds.ratioOfMeans(whole, 0);
    if (exits.isFinite()) {
      row.set(ExitColumns.EXIT_SPEEDUP_LOW, exits.low())
          .set(ExitColumns.EXIT_SPEEDUP_HIGH, exits.high());
    }
    conditions.applyTo(row);
  }
}
