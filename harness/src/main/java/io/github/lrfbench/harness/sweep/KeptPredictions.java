package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Of which cells a sweep writes the predictions. */
public enum KeptPredictions {
  /** Of those on tasks of at most {@link #FEW} examples, whatever else the sweep has. */
  AUTO,
  /** Of all. */
  ALL,
  /** Of none. */
  NONE;

  /** Every dev set of GLUE but QQP's has no more. */
  public static final int FEW = 10_000;

  /** The name that users give. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether those of a cell with so many examples are written. */
  boolean of(int examples) {
    return this == ALL || this == AUTO && examples <= FEW;
  }

  /**
   * The choice of a name.
   *
   * @throws InputException if there is none
   */
  public static KeptPredictions parse(String label) {
    return Arrays.stream(values())
        .filter(kept -> kept.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "--predictions "
                        + label
                        + " is unknown; known are "
                        + Arrays.stream(values())
                            .map(KeptPredictions::label)
                            .collect(Collectors.joining(", "))));
  }
}
