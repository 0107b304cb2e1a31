package io.github.lrfbench.kernels.lowrank;

import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The rank at which a low-rank product takes as long as the dense one, from measured times. It
 * depends on the device, the shape and the number of rows, and lies below the analytic {@link
 * LowRankCost#breakEvenRank} where thin products run less efficiently or a second call costs.
 *
 * @param rank every measured rank below it was faster than dense; found by linear interpolation
 *     between the two measured ranks around it
 * @param verdict whether the crossing was seen
 */
public record BreakEven(double rank, Verdict verdict) {
  /** Where the crossing is. */
  public enum Verdict {
    /** Between two measured ranks. */
    FOUND,
    /** Slower at the smallest measured rank, which is given: the crossing is at or below it. */
    BELOW,
    /** Faster at every measured rank; the largest is given: the crossing is above it. */
    NOT_REACHED;

    /** In words, for tables. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /**
   * Finds the smallest rank at which low rank stops being faster.
   *
   * @param denseTime of the dense product, in any unit
   * @param lowRankTimes by rank, in the same unit; not empty
   */
  public static BreakEven of(double denseTime, Map<Integer, Double> lowRankTimes) {
    if (lowRankTimes.isEmpty()) {
      throw new IllegalArgumentException("no measured ranks");
    }
    NavigableMap<Integer, Double> times = new TreeMap<>(lowRankTimes);
    Map.Entry<Integer, Double> faster = null;
    for (Map.Entry<Integer, Double> entry : times.entrySet()) {
      if (entry.getValue() >= denseTime) {
        return faster == null
            ? new BreakEven(entry.getKey(), Verdict.BELOW)
            : new BreakEven(crossing(faster, entry, denseTime), Verdict.FOUND);
      }
      faster = entry;
    }
    return new BreakEven(times.lastKey(), Verdict.NOT_REACHED);
  }

  private static double crossing(
      Map.Entry<Integer, Double> faster, Map.Entry<Integer, Double> slower, double denseTime) {
    double share = (denseTime - faster.getValue()) / (slower.getValue() - faster.getValue());
    return faster.getKey() + share * (slower.getKey() - faster.getKey());
  }
}
