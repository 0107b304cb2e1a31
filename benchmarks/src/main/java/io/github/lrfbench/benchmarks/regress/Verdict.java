package io.github.lrfbench.benchmarks.regress;

/** What became of a figure. */
enum Verdict {
  SLOWER,
  SAME,
  FASTER,
  UNDECIDED
}
