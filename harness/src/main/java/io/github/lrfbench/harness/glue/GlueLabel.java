package io.github.lrfbench.harness.glue;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A class of a task.
 *
 * @param name its name in the Hugging Face data set
 * @param inFile how the task's files spell it
 * @param synonyms other names that checkpoints give it
 */
public record GlueLabel(String name, String inFile, List<String> synonyms) {
  /** Copies the synonyms. */
  public GlueLabel {
    synonyms = List.copyOf(synonyms);
  }

  /** Whether a checkpoint's label means this class; case, spaces, hyphens, underscores ignored. */
  boolean isCalled(String checkpointName) {
    String wanted = plain(checkpointName);
    return Stream.concat(Stream.of(name), synonyms.stream())
        .anyMatch(known -> plain(known).equals(wanted));
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[\\s_-]", "");
  }
}
