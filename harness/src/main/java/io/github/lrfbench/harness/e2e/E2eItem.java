package io.github.lrfbench.harness.e2e;

import java.util.List;

/**
 * One meaning representation.
 *
 * @param meaning as in the file
 * @param references what people wrote for it, at least one
 */
public record E2eItem(String meaning, List<String> references) {
  /** Copies the references. */
  public E2eItem {
    references = List.copyOf(references);
    if (references.isEmpty()) {
      throw new IllegalArgumentException("a meaning representation without a reference");
    }
  }
}
