package io.github.lrfbench.harness.demo.language;

import java.util.List;

/**
 * One synthetic example.
 *
 * @param texts one text, or two for a task of pairs
 * @param label the true label as the task's file writes it: a class name or number, or a score
 */
public record Sample(List<String> texts, String label) {
  /** An example that does not change. */
  public Sample {
    texts = List.copyOf(texts);
  }
}
