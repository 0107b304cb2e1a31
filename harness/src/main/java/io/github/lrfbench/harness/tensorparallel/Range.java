package io.github.lrfbench.harness.tensorparallel;

/**
 * Rows or columns [from, to) of a whole.
 *
 * @param from the first
 * @param to behind the last
 */
record Range(int from, int to) {
  /** One of some parts of a whole, which differ by one at the most; empty where it has none. */
  static Range of(int total, int parts, int part) {
    return new Range(
        Math.toIntExact((long) total * part / parts),
        Math.toIntExact((long) total * (part + 1) / parts));
  }

  int size() {
    return to - from;
  }

  /** The same so many further on. */
  Range shift(int by) {
    return new Range(from + by, to + by);
  }
}
