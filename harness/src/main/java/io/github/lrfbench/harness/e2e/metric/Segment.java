package io.github.lrfbench.harness.e2e.metric;

import java.util.List;

/**
 * One generated text and what people wrote for the same input, as tokens.
 *
 * @param hypothesis the generated text; may be empty
 * @param references at least one
 */
public record Segment(List<String> hypothesis, List<List<String>> references) {
  /** Copies the lists. */
  public Segment {
    hypothesis = List.copyOf(hypothesis);
    references = references.stream().map(List::copyOf).toList();
    if (references.isEmpty()) {
      throw new IllegalArgumentException("a segment needs a reference");
    }
  }
}
