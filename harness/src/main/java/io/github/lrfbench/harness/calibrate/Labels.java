package io.github.lrfbench.harness.calibrate;

import java.util.Locale;
import java.util.stream.Stream;

/** By which labels of the examples the gradients of Fisher information are taken. */
public enum Labels {
  /** The data's: the empirical Fisher information. */
  DATA,
  /**
   * One of each row, drawn from the model's own distribution: the Fisher information, estimated.
   */
  SAMPLED,
  /** All of them, as probable as the model says: the Fisher information itself. */
  EXPECTED;

  /** As options name it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The labels of a name. */
  public static Labels parse(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }

  /** All names, one of them first. */
  public static String[] names(Labels first) {
    return Stream.concat(Stream.of(first), Stream.of(values()).filter(other -> other != first))
        .map(Labels::label)
        .toArray(String[]::new);
  }
}
