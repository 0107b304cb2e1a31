package io.github.lrfbench.harness.glue.metric;

import java.util.Arrays;

/**
 * Scores as positions in the ascending list of distinct values. Ranks of a resample then need
 * counting, not sorting.
 */
final class Levels {
  /** [examples] */
  private final int[] level;

  private final int distinct;

  private Levels(int[] level, int distinct) {
    this.level = level;
    this.distinct = distinct;
  }

  /** Levels of scores [examples] without a NaN; the argument is not modified. */
  static Levels of(double[] values) {
    // Adding zero turns -0.0 into 0.0, which ties with it.
    double[] ascending =
        Arrays.stream(values).map(value -> value + 0.0).sorted().distinct().toArray();
    int[] level =
        Arrays.stream(values)
            .mapToInt(value -> Arrays.binarySearch(ascending, value + 0.0))
            .toArray();
    return new Levels(level, ascending.length);
  }

  /** The ranks from 1 [examples], ties sharing the mean of theirs. */
  double[] ranks() {
    int[] all = new int[level.length];
    Arrays.setAll(all, i -> i);
    return ranks(all);
  }

  /**
   * The ranks of the chosen examples among themselves [sample], ties sharing the mean of theirs.
   */
  double[] ranks(int[] sample) {
    int[] count = new int[distinct];
    for (int example : sample) {
      count[level[example]]++;
    }
    double[] rankOfLevel = new double[distinct];
    long below = 0;
    for (int k = 0; k < distinct; k++) {
      rankOfLevel[k] = below + (count[k] + 1) / 2.0;
      below += count[k];
    }
    double[] ranks = new double[sample.length];
    for (int i = 0; i < ranks.length; i++) {
      ranks[i] = rankOfLevel[level[sample[i]]];
    }
    return ranks;
  }
}
