package io.github.lrfbench.harness.compress.prune;

import java.util.Arrays;

/**
 * Units of a matrix, ranked by their scores within groups of neighbours. Of equal scores the first
 * is kept.
 *
 * @param scores by units, none below 0
 * @param costs what the squared error grows by where a unit is left out; the same as the scores but
 *     where these are random
 * @param row units after which a group begins anew
 * @param group units that are ranked among each other, fewer at the end of a row
 */
record Ranking(double[] scores, double[] costs, int row, int group) {
  /** A walk over groups. */
  private interface Groups {
    void visit(int from, int to);
  }

  private void forEach(Groups groups) {
    for (int start = 0; start < scores.length; start += row) {
      for (int from = start; from < start + row; from += group) {
        groups.visit(from, Math.min(start + row, from + group));
      }
    }
  }

  /** Which units are kept where so many are of every group. */
  boolean[] keep(int count) {
    boolean[] kept = new boolean[scores.length];
    forEach((from, to) -> keep(scores, from, to, count, kept));
    return kept;
  }

  /**
   * Marks the largest scores of a range.
   *
   * @param count how many; all of the range where it has no more
   */
  static void keep(double[] scores, int from, int to, int count, boolean[] kept) {
    if (count >= to - from) {
      Arrays.fill(kept, from, to, true);
      return;
    }
    if (count == 0) {
      return;
    }
    double[] sorted = Arrays.copyOfRange(scores, from, to);
    Arrays.sort(sorted);
    double least = sorted[sorted.length - count];
    int left = count;
    for (int i = from; i < to; i++) {
      if (scores[i] > least) {
        kept[i] = true;
        left--;
      }
    }
    for (int i = from; left > 0; i++) {
      if (scores[i] == least) {
        kept[i] = true;
        left--;
      }
    }
  }

  /**
   * The squared error where some units are kept.
   *
   * @param factor by which these are multiplied
   */
  double error(boolean[] kept, double factor) {
    double lost = 0;
    double held = 0;
    for (int i = 0; i < kept.length; i++) {
      if (kept[i]) {
        held += costs[i];
      } else {
        lost += costs[i];
      }
    }
    return lost + (factor - 1) * (factor - 1) * held;
  }

  /**
   * Squared errors for several counts of every group; where scores are random, those to expect.
   *
   * @param factors by which what is kept is multiplied
   */
  double[] errors(int[] counts, double[] factors) {
    double[] held = new double[counts.length];
    double[] all = {0};
    forEach(
        (from, to) -> {
          double[] sums = sums(from, to);
          all[0] += sums[to - from];
          for (int i = 0; i < counts.length; i++) {
            held[i] += sums[Math.min(counts[i], to - from)];
          }
        });
    double[] errors = new double[counts.length];
    for (int i = 0; i < errors.length; i++) {
      double lost = Math.max(0, all[0] - held[i]);
      errors[i] = lost + (factors[i] - 1) * (factors[i] - 1) * held[i];
    }
    return errors;
  }

  /** Of a range the sums of the costs of the first units, from none to all of them. */
  private double[] sums(int from, int to) {
    double[] sums = new double[to - from + 1];
    double[] sorted = Arrays.copyOfRange(costs, from, to);
    if (scores == costs) {
      Arrays.sort(sorted);
    } else {
      Arrays.fill(sorted, Arrays.stream(sorted).average().orElse(0));
    }
    for (int i = 0; i < sorted.length; i++) {
      sums[i + 1] = sums[i] + sorted[sorted.length - 1 - i];
    }
    return sums;
  }
}
