package io.github.lrfbench.harness.report;

/** What can be said of a difference. */
enum Verdict {
  SAME,
  BETTER,
  WORSE,
  UNDECIDED
}
