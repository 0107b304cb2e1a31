package io.github.lrfbench.harness.source;

import io.github.lrfbench.harness.lm.WindowKind;
import java.nio.file.Path;

/**
 * What a language model is evaluated on and learns from.
 *
 * @param text a file, or of WikiText-2 a directory; null if not given
 * @param training a file to learn from; null if not given
 * @param windows which tokens count
 * @param context the most tokens that one is predicted from; 0 for what the model allows
 * @param stride tokens that a window goes on; 0 for the context
 * @param e2e directory of the E2E NLG data; null if not given
 */
public record TextSource(
    Path text, Path training, WindowKind windows, int context, int stride, Path e2e) {
  /** Nothing given. */
  public static final TextSource NONE = new TextSource(null, null, WindowKind.SLIDING, 0, 0, null);
}
