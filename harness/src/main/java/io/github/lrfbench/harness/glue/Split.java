package io.github.lrfbench.harness.glue;

import io.github.lrfbench.harness.text.Names;
import java.util.Arrays;
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

  /**
   * The part of a name.
   *
   * @throws io.github.lrfbench.kernels.InputException if there is none
   */
  public static Split parse(String id) {
    return Arrays.stream(values())
        .filter(split -> split.id().equals(id))
        .findFirst()
        .orElseThrow(
            () -> Names.unknown("split", id, Arrays.stream(values()).map(Split::id).toList()));
  }
}
