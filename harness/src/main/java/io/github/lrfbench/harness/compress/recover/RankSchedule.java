package io.github.lrfbench.harness.compress.recover;

/**
 * Ranks of one matrix, falling geometrically from break-even to the last.
 *
 * @param breakEven m n / (m + n)
 * @param last the rank to reach, below break-even
 * @param steps how many ranks
 */
record RankSchedule(double breakEven, int last, int steps) {
  /**
   * The rank of a step, never more than that of the step before.
   *
   * @param step from 1; the last of the steps has the last rank
   */
  int rank(int step) {
    if (step == steps) {
      return last;
    }
    double part = (double) step / steps;
    int rank = (int) Math.floor(breakEven * Math.pow(last / breakEven, part) + 1e-9);
    // Below break-even, or the step would save nothing.
    int most = (int) Math.ceil(breakEven) - 1;
    return Math.max(last, Math.min(most, rank));
  }
}
