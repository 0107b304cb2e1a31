package io.github.lrfbench.harness.measure;

import java.time.Duration;

/**
 * When a latency measurement ends: after a warm-up, once there are enough runs <em>and</em> enough
 * time has passed, or at a hard limit.
 *
 * @param warmupRuns runs of each subject, at the least, that are not counted; more while the JVM
 *     compiles, for five times the minimum time at most
 * @param minimumRuns counted runs of each subject
 * @param minimumTime that the counted runs of all subjects take together
 * @param maximumTime after which no further round begins, warm-up included; one counted run of each
 *     subject happens in any case
 */
public record StopRule(
    int warmupRuns, int minimumRuns, Duration minimumTime, Duration maximumTime) {
  /** Checks the numbers. */
  public StopRule {
    if (warmupRuns < 0
        || minimumRuns < 1
        || minimumTime.isNegative()
        || maximumTime.compareTo(minimumTime) < 0) {
      throw new IllegalArgumentException(
          "no rule: "
              + warmupRuns
              + " runs to warm up, "
              + minimumRuns
              + " runs, "
              + minimumTime
              + " to "
              + maximumTime);
    }
  }

  /**
   * Whether a warm-up goes on.
   *
   * @param idle whether the JVM has nothing to compile any more
   */
  boolean warmsUp(int runs, boolean idle, long nanosSinceStart) {
    if (warmupRuns == 0 || runs > 0 && isOver(nanosSinceStart)) {
      return false;
    }
    return runs < warmupRuns
        || !idle && nanosSinceStart < CompilerWatch.PATIENCE * minimumTime.toNanos();
  }

  /** True if a measurement may end. */
  boolean isEnough(int runs, long countedNanos) {
    return runs >= minimumRuns && countedNanos >= minimumTime.toNanos();
  }

  /** True if a measurement must end. */
  boolean isOver(long nanosSinceStart) {
    return nanosSinceStart >= maximumTime.toNanos();
  }
}
