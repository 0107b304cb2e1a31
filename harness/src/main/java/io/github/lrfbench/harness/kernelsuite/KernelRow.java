package io.github.lrfbench.harness.kernelsuite;

import io.github.lrfbench.harness.measure.LatencyStats;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One row of the kernels' table; a column that was not set is an empty cell. */
final class KernelRow {
  private final Map<KernelColumn, String> cells;

  KernelRow() {
    this(new EnumMap<>(KernelColumn.class));
  }

  private KernelRow(Map<KernelColumn, String> cells) {
    this.cells = cells;
  }

  KernelRow copy() {
    return new KernelRow(new EnumMap<>(cells));
  }

  KernelRow set(KernelColumn column, String value) {
    cells.put(column, value);
    return this;
  }

  KernelRow set(KernelColumn column, long value) {
    return set(column, Long.toString(value));
  }

  /** Six digits: more would be noise in a measurement. */
  KernelRow set(KernelColumn column, double value) {
    return set(column, String.format(Locale.ROOT, "%.6g", value));
  }

  KernelRow set(MatrixShape shape) {
    return set(KernelColumn.ROWS, shape.rows()).set(KernelColumn.COLS, shape.cols());
  }

  KernelRow set(LatencyStats stats) {
    set(KernelColumn.RUNS, stats.runs());
    set(KernelColumn.LATENCY_MS_P50, stats.p50Ms());
    set(KernelColumn.LATENCY_MS_P90, stats.p90Ms());
    set(KernelColumn.LATENCY_MS_MIN, stats.minMs());
    set(KernelColumn.LATENCY_MS_MEAN, stats.meanMs());
    set(KernelColumn.FIRST_LATENCY_MS, stats.firstMs());
    return stats.runs() == 1 ? this : set(KernelColumn.LATENCY_MS_STDEV, stats.stdevMs());
  }

  /** The cells in the order of the columns. */
  List<String> cells() {
    return Arrays.stream(KernelColumn.values())
        .map(column -> cells.getOrDefault(column, ""))
        .toList();
  }
}
