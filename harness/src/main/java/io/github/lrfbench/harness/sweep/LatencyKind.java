package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a sweep times. */
public enum LatencyKind {
  /** A pass over whole sequences. */
  FORWARD,
  /** The same pass of a language model, which keeps keys and values in a cache. */
  PREFILL,
  /** A language model's pass over one token of each sequence, with the others in a cache. */
  DECODE;

  /** The name that users give and rows hold. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The kind of a name.
   *
   * @throws InputException if there is none
   */
  public static LatencyKind parse(String label) {
    return Arrays.stream(values())
        .filter(kind -> kind.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "--latency "
                        + label
                        + " is unknown; known are "
                        + Arrays.stream(values())
                            .map(LatencyKind::label)
                            .collect(Collectors.joining(", "))));
  }
}
