package io.github.lrfbench.harness.measure;

import io.github.lrfbench.kernels.InputException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * When a measurement in rounds counts calls, and when it has enough of them.
 *
 * @param warmupRuns calls of each subject, at the least, before any counts; 0 for no warm-up at all
 * @param minimumRuns counted calls of each subject
 * @param maximumNoise how far the 95 % interval of the result may reach to either side, as a
 *     fraction of it, where a measurement ends early
 * @param maximumSeconds that the warm-up, and then the counted calls, go on for a better result;
 *     the warm-up five times as long while the JVM compiles
 */
public record RoundRule(
    int warmupRuns, int minimumRuns, double maximumNoise, double maximumSeconds) {
  /** Warm-up of 3 calls or more, then 20 calls or more, until 2 % are sure or a second is over. */
  public static final RoundRule DEFAULT = new RoundRule(3, 20, 0.02, 1);

  /** Fewer rounds say too little of how much rounds differ. */
  private static final int MINIMUM_ROUNDS = 5;

  private static final Duration MINIMUM = Duration.ofMillis(500);

  /** More calls of a fast model make files large, not results better. */
  private static final int MAXIMUM_RUNS = 1000;

  /** What slow models may take in the place of {@link #maximumSeconds}, to have their runs. */
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private static final double MOST_SECONDS = 86_400;

  /** Why a measurement ended. */
  public enum Stop {
    /** The interval is narrow enough. */
    STEADY,
    /** The time was up before the interval was. */
    TIME,
    /** There were as many calls as are kept. */
    RUNS,
    /** A minute was over before there were enough calls. */
    LIMIT
  }

  /**
   * Checks the numbers.
   *
   * @throws InputException if one is out of range
   */
  public RoundRule {
    require(warmupRuns >= 0, "--warmup must be at least 0, but is " + warmupRuns);
    require(minimumRuns >= 1, "--min-runs must be at least 1, but is " + minimumRuns);
    require(maximumNoise >= 0, "--max-noise must be at least 0, but is " + maximumNoise);
    require(
        maximumSeconds >= 0 && maximumSeconds <= MOST_SECONDS,
        "--max-seconds must be from 0 to 86400, but is " + maximumSeconds);
  }

  /** What {@code run.json} tells. */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("warmup", warmupRuns);
    json.put("min_runs", minimumRuns);
    json.put("max_noise", maximumNoise);
    json.put("max_seconds", maximumSeconds);
    return json;
  }

  /**
   * Whether a warm-up goes on.
   *
   * @param steady whether nobody gets faster any more
   * @param idle whether the JVM has nothing to compile any more
   * @param nanos since it began
   */
  boolean warmsUp(int runs, boolean steady, boolean idle, long nanos) {
    if (warmupRuns == 0 || runs < warmupRuns) {
      return warmupRuns > 0 && nanos < limit();
    }
    return !steady && nanos < maximum() || !idle && nanos < CompilerWatch.PATIENCE * maximum();
  }

  /**
   * Why a measurement ends; null if it goes on.
   *
   * @param noise NaN if nothing is known of it
   * @param nanos since the warm-up
   */
  Stop stop(int rounds, int runs, double noise, long nanos) {
    if (runs >= minimumRuns
        && rounds >= MINIMUM_ROUNDS
        && noise <= maximumNoise
        && nanos >= Math.min(MINIMUM.toNanos(), maximum())) {
      return Stop.STEADY;
    }
    if (runs < minimumRuns) {
      return nanos >= limit() ? Stop.LIMIT : null;
    }
    if (nanos >= maximum()) {
      return Stop.TIME;
    }
    return runs >= MAXIMUM_RUNS ? Stop.RUNS : null;
  }

  private long maximum() {
    return (long) (maximumSeconds * 1e9);
  }

  private long limit() {
    return Math.max(LIMIT.toNanos(), maximum());
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new InputException(message);
    }
  }
}
