package io.github.lrfbench.harness.glue;

import java.util.List;
import java.util.Optional;

/**
 * The examples of one split.
 *
 * @param task what they belong to
 * @param split which part of it
 * @param source the file they come from, for messages
 * @param examples in the file's order, at least one
 * @param skippedRows broken rows that were left out, up to the last example
 * @param limited whether the file goes on after the last example
 * @param sha256 hash of the whole file's bytes, in hexadecimal
 */
public record GlueDataset(
    GlueTask task,
    Split split,
    String source,
    List<GlueExample> examples,
    int skippedRows,
    boolean limited,
    String sha256) {
  /** Copies the examples. */
  public GlueDataset {
    examples = List.copyOf(examples);
  }

  /** The same with no more than some examples from its beginning. */
  public GlueDataset first(int count) {
    return count >= examples.size()
        ? this
        : new GlueDataset(
            task, split, source, examples.subList(0, count), skippedRows, true, sha256);
  }

  /** The labels [examples]; NaN where there is none. */
  public double[] labels() {
    return examples.stream().mapToDouble(GlueExample::label).toArray();
  }

  /** Whether every example has a label. */
  public boolean isLabelled() {
    return examples.stream().allMatch(GlueExample::isLabelled);
  }

  /**
   * What to warn of where the file has another number of examples than the official one: older
   * versions of QNLI and QQP are in circulation, whose scores compare with nothing.
   */
  public Optional<String> deviation() {
    int official = task.file(split).officialRows();
    if (limited || official == 0 || official == examples.size()) {
      return Optional.empty();
    }
    return Optional.of(
        source + " has " + examples.size() + " examples, but the official file has " + official);
  }
}
