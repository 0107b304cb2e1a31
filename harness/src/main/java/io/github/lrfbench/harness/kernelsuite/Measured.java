package io.github.lrfbench.harness.kernelsuite;

import io.github.lrfbench.harness.measure.LatencyStats;
import io.github.lrfbench.harness.result.KernelColumns;
import io.github.lrfbench.harness.result.KernelRow;

/** What a measurement puts into a row. */
final class Measured {
  private Measured() {}

  /** A new row of a kind, on the matrix of a shape, that begins with what others have too. */
  static KernelRow.Builder in(KernelRow.Builder template, String kind, MatrixShape shape) {
    return template
        .copy()
        .set(KernelColumns.KIND, kind)
        .set(KernelColumns.ROWS, shape.rows())
        .set(KernelColumns.COLS, shape.cols());
  }

  /** Sets the times. */
  static KernelRow.Builder set(KernelRow.Builder row, LatencyStats stats) {
    row.set(KernelColumns.RUNS, stats.runs());
    row.set(KernelColumns.LATENCY_MS_P50, stats.p50Ms());
    row.set(KernelColumns.LATENCY_MS_P90, stats.p90Ms());
    row.set(KernelColumns.LATENCY_MS_MIN, stats.minMs());
    row.set(KernelColumns.LATENCY_MS_MEAN, stats.meanMs());
    row.set(KernelColumns.FIRST_LATENCY_MS, stats.firstMs());
    return stats.runs() == 1 ? row : row.set(KernelColumns.LATENCY_MS_STDEV, stats.stdevMs());
  }
}
