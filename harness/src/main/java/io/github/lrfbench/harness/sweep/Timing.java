package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.measure.LatencyStats;
import io.github.lrfbench.harness.measure.Rounds;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.SampleRow;
import io.github.lrfbench.harness.result.SizeColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.harness.statistics.Interval;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How fast a model is and what memory it needs for that.
 *
 * @param rounds of calls of the latency shape: the model's and, but for the dense model itself, the
 *     dense model's
 * @param sequences of such a call
 * @param deviceMs the median time by the device's own clock, NaN if it has none; the others are by
 *     the host's, until the device is done
 * @param throughput of calls of the throughput shape
 * @param peakBytes weights plus the most that activations took
 * @param flops floating-point operations of a call for each of its sequences
 * @param packed whether the device could hold weights in the form that its products want
 * @param expanded how many matrices' forms were multiplied out for it
 * @param conditions energy, and what else the machine did
 * @param seconds how long all of that took, warm-up included
 * @param timedWith the cell whose model was timed where that is another model of the same shape;
 *     null for the model's own times
 */
record Timing(
    Rounds rounds,
    int sequences,
    double deviceMs,
    InTurns throughput,
    long peakBytes,
    long flops,
    boolean packed,
    Expanded expanded,
    Conditions conditions,
    double seconds,
    String timedWith) {
  /** Whose the calls are. */
  static final List<String> SUBJECTS = List.of(SampleRow.OWN, SampleRow.DENSE);

  /**
   * Calls of a model and of the dense one, interleaved.
   *
   * @param own the model's
   * @param dense the dense model's; of the dense model its own
   * @param sequences of every call
   */
  record InTurns(LatencyStats own, LatencyStats dense, int sequences) {
    /** The dense model's median time divided by this model's. */
    double speedup() {
      return dense.p50Ms() / own.p50Ms();
    }

    /** Sequences that the model reads in a second, by its median time. */
    double perSecond() {
      return perSecond(own);
    }

    /** Those of the dense model. */
    double densePerSecond() {
      return perSecond(dense);
    }

    private double perSecond(LatencyStats stats) {
      return sequences / (stats.p50Ms() / 1e3);
    }
  }

  /**
   * Matrices that were faster multiplied out than in their forms.
   *
   * @param latency in calls of the latency shape
   * @param throughput in calls of the throughput shape
   */
  record Expanded(int latency, int throughput) {
    /** Of a model that has no forms to multiply out, or was not asked. */
    static final Expanded NONE = new Expanded(0, 0);
  }

  /** These as the times of another model of the same shape. */
  Timing sharedBy(String cellId) {
    return new Timing(
        rounds,
        sequences,
        deviceMs,
        throughput,
        peakBytes,
        flops,
        packed,
        expanded,
        conditions,
        seconds,
        cellId);
  }

  /** Calls of the latency shape. */
  InTurns latency() {
    return new InTurns(rounds.stats(0), rounds.stats(subjects() - 1), sequences);
  }

  /** Sets what a row tells of times, and of what was measured beside them. */
  void applyTo(RunRow.Builder row) {
    InTurns latency = latency();
    LatencyStats own = latency.own();
    row.set(TimeColumns.LATENCY_MS_P50, own.p50Ms())
        .set(TimeColumns.LATENCY_MS_P90, own.p90Ms())
        .set(TimeColumns.LATENCY_MS_P99, own.p99Ms())
        .set(TimeColumns.LATENCY_MS_MEAN, own.meanMs())
        .set(TimeColumns.LATENCY_MS_STDEV, own.stdevMs())
        .set(TimeColumns.LATENCY_RUNS, own.runs())
        .set(TimeColumns.LATENCY_ROUNDS, rounds.count())
        .set(TimeColumns.LATENCY_STOP, rounds.stop().name().toLowerCase(Locale.ROOT))
        .set(TimeColumns.LATENCY_DENSE_MS_P50, latency.dense().p50Ms())
        .set(TimeColumns.FIRST_LATENCY_MS, own.firstMs())
        .set(TimeColumns.THROUGHPUT_EPS, throughput.perSecond())
        .set(TimeColumns.SPEEDUP, latency.speedup())
        .set(TimeColumns.PEAK_MEMORY_BYTES, peakBytes)
        .set(SizeColumns.FLOPS_TIMED, flops)
        .set(TimeColumns.THROUGHPUT_BATCH, throughput.sequences())
        .set(TimeColumns.THROUGHPUT_EPS_DENSE, throughput.densePerSecond());
    Interval speedup = subjects() > 1 ? rounds.ratio(1, 0) : Interval.UNKNOWN;
    if (speedup.isFinite()) {
      row.set(TimeColumns.SPEEDUP_LOW, speedup.low()).set(TimeColumns.SPEEDUP_HIGH, speedup.high());
    }
    conditions.applyTo(row);
  }

  /** Adds what has no column. */
  void addTo(Map<String, Object> extra) {
    conditions.addTo(extra);
    extra.put("measure_seconds", Math.round(seconds * 1e3) / 1e3);
    if (timedWith != null) {
      extra.put("timed_with", timedWith);
    }
    if (!packed) {
      extra.put("packed", false);
    }
    if (expanded.latency() > 0) {
      extra.put("expanded", expanded.latency());
    }
    if (expanded.throughput() > 0) {
      extra.put("expanded_throughput", expanded.throughput());
    }
  }

  private int subjects() {
    return rounds.first().length;
  }
}
