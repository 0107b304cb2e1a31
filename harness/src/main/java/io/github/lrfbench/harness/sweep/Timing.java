package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.measure.LatencyStats;

/**
 * How fast a model is and what memory it needs for that.
 *
 * @param latency of calls of the latency shape
 * @param deviceMs the median time by the device's own clock, NaN if it has none; the others are by
 *     the host's, until the device is done
 * @param throughput of calls of the throughput shape
 * @param peakBytes weights plus the most that activations took
 * @param flops floating-point operations of a call for each of its sequences
 * @param conditions energy, and what else the machine did
 */
record Timing(
    InTurns latency,
    double deviceMs,
    InTurns throughput,
    long peakBytes,
    long flops,
    Conditions conditions) {
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
}
