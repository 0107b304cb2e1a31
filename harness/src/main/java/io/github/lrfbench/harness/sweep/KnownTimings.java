package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.measure.RoundRule;
import io.github.lrfbench.kernels.Device;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The times of a call's models, for others of the same shape: these do the same work, and times
 * that are measured once more would tell of the machine's mood only. Thread-safe.
 */
final class KnownTimings {
  /**
   * All that times depend on where they do not depend on values.
   *
   * @param device has the type of products and the threads, too
   * @param dense the shape of the model that is timed in turns; equal to that of the model itself
   *     where this is timed alone
   */
  record Key(
      Device device,
      CallShape call,
      int batchSize,
      RoundRule rule,
      ModelShape dense,
      ModelShape own,
      boolean alone) {}

  private final Map<Key, Timing> timings = new HashMap<>();

  /** Times that a row has already. */
  synchronized Optional<Timing> find(Key key) {
    return Optional.ofNullable(timings.get(key));
  }

  /**
   * Keeps times, the first of a key.
   *
   * @param cellId whose row has them
   */
  synchronized void keep(Key key, Timing timing, String cellId) {
    timings.putIfAbsent(key, timing.sharedBy(cellId));
  }
}
