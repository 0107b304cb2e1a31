package io.github.lrfbench.harness.measure;

import java.util.Arrays;

/**
 * Statistics of the runs of one subject. Times are in milliseconds.
 *
 * @param runs counted runs, without the warm-up
 * @param firstMs the very first run, before any warm-up
 * @param minMs the fastest counted run
 * @param p50Ms the median
 * @param p90Ms 90th percentile, interpolated linearly
 * @param p99Ms 99th percentile, interpolated linearly
 * @param meanMs the mean
 * @param stdevMs the sample standard deviation (divided by runs - 1); NaN for a single run
 */
public record LatencyStats(
    int runs,
    double firstMs,
    double minMs,
    double p50Ms,
    double p90Ms,
    double p99Ms,
    double meanMs,
    double stdevMs) {
  private static final double NANOS_PER_MILLI = 1e6;

  /**
   * The statistics of runs.
   *
   * @param firstNanos the very first run
   * @param nanos the counted runs in any order, at least one; not modified
   */
  public static LatencyStats of(long firstNanos, long[] nanos) {
    if (nanos.length == 0) {
      throw new IllegalArgumentException("no runs");
    }
    double[] sorted = Arrays.stream(nanos).mapToDouble(n -> n / NANOS_PER_MILLI).sorted().toArray();
    double mean = Arrays.stream(sorted).average().orElseThrow();
    double squares = Arrays.stream(sorted).map(ms -> (ms - mean) * (ms - mean)).sum();
    return new LatencyStats(
        nanos.length,
        firstNanos / NANOS_PER_MILLI,
        sorted[0],
        Percentiles.of(sorted, 50),
        Percentiles.of(sorted, 90),
        Percentiles.of(sorted, 99),
        mean,
        nanos.length == 1 ? Double.NaN : Math.sqrt(squares / (nanos.length - 1)));
  }
}
