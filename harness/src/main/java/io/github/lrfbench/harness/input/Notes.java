package io.github.lrfbench.harness.input;

import io.github.lrfbench.harness.text.OneLine;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a user should know of files that were read although nothing in them is wrong: settings that
 * are passed over, guesses that were made. Every line stands once.
 */
public final class Notes {
  private final Set<String> lines = new LinkedHashSet<>();

  /** Adds {@code FILE: text} as one line. */
  public void add(Path file, String text) {
    lines.add(OneLine.of(file + ": " + text));
  }

  /** The lines so far, in the order in which they came. */
  public List<String> lines() {
    return List.copyOf(lines);
  }
}
