package io.github.lrfbench.harness.lm;

import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Which tokens of a text are predicted from which, and how much each counts. */
public enum WindowKind {
  /** Every token but the first counts once. */
  SLIDING,
  /**
   * Those of "Perplexity of fixed-length models" in the documentation of Hugging Face's
   * transformers 5: the mean of a window counts as often as it has tokens that no window before it
   * has, less one.
   */
  TRANSFORMERS,
  /**
   * Those of {@code loglikelihood_rolling} in EleutherAI's lm-evaluation-harness: behind a token
   * that begins texts, every token counts once, in windows that do not overlap.
   */
  ROLLING;

  /** The name that users give and rows hold. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The kind of a name.
   *
   * @throws InputException if there is none
   */
  public static WindowKind parse(String label) {
    return Arrays.stream(values())
        .filter(kind -> kind.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "--windows "
                        + label
                        + " is unknown; known are "
                        + Arrays.stream(values())
                            .map(WindowKind::label)
                            .collect(Collectors.joining(", "))));
  }
}
