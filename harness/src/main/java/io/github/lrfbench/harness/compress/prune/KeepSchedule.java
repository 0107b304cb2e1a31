package io.github.lrfbench.harness.compress.prune;

/**
 * The share that is kept in the course of a training (Zhu and Gupta 2017): all of it at first, from
 * the step {@code initial} on as a cubic falls, p + (1 − p) (1 − s)³ with s from 0 to 1, and p in
 * the {@code last} steps.
 *
 * @param total number of steps
 * @param initial steps before anything is left out
 * @param last steps at the end in which the share stays what it is
 * @param share p
 */
record KeepSchedule(long total, long initial, long last, double share) {
  /** The share after a step, from 1. */
  double kept(long step) {
    if (step <= initial) {
      return 1;
    }
    if (isLast(step)) {
      return share;
    }
    double left = 1 - (step - initial) / (double) (total - initial - last);
    return share + (1 - share) * left * left * left;
  }

  /** Whether a step is one of those at the end. */
  boolean isLast(long step) {
    return step > total - last;
  }
}
