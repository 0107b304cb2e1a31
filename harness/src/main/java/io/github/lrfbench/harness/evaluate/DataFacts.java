package io.github.lrfbench.harness.evaluate;

import java.util.Map;

/**
 * What rows tell of the data that a model was evaluated on.
 *
 * @param task the task's name
 * @param split which part of its data; null if it has no parts
 * @param examples how many there are
 * @param sha256 hash of the file they come from
 * @param identity what beside the task's name decides the examples, for cell ids; empty if nothing
 *     does
 * @param extra what else is to be told, by name
 */
public record DataFacts(
    String task,
    String split,
    int examples,
    String sha256,
    String identity,
    Map<String, Object> extra) {
  /** Copies the map. */
  public DataFacts {
    extra = Map.copyOf(extra);
  }
}
