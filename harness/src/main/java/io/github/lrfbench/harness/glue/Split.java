package io.github.lrfbench.harness.glue;

import java.util.Locale;

/** A part of a task's data. */
public enum Split {
  /** For training. */
  TRAIN,
  /** For evaluation. */
  DEV,
  /** Without labels, for a submission to the leaderboard. */
  TEST;

  /** The name in files and results. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
