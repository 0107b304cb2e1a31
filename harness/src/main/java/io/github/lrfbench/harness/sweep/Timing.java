package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.measure.LatencyStats;

/**
 * How fast a model is and what memory it needs for that.
 *
 * @param latency of calls of the latency shape
 * @param denseLatency of the dense model's calls, interleaved with these; of the dense model its
 *     own
 * @param deviceMs the median time by the device's own clock, NaN if it has none; the others are by
 *     the host's, until the device is done
 * @param throughput sequences per second in the throughput shape
 * @param peakBytes weights plus the most that activations took
 */
record Timing(
    LatencyStats latency,
    LatencyStats denseLatency,
    double deviceMs,
    double throughput,
    long peakBytes) {
  /** The dense model's median time divided by this model's. */
  double speedup() {
    return denseLatency.p50Ms() / latency.p50Ms();
  }
}
