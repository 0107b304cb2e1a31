package io.github.lrfbench.harness.glue;

import java.util.List;

/**
 * The file of one split.
 *
 * @param names file names inside the task's folder; the first that exists is read
 * @param layout its columns
 * @param officialRows examples in the official file, or 0 where there is no official count
 */
public record GlueFile(List<String> names, TsvLayout layout, int officialRows) {
  /** Copies the names. */
  public GlueFile {
    names = List.copyOf(names);
  }

  static GlueFile of(String name, TsvLayout layout, int officialRows) {
    return new GlueFile(List.of(name), layout, officialRows);
  }
}
