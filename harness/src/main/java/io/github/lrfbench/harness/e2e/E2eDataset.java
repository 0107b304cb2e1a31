package io.github.lrfbench.harness.e2e;

import java.util.List;

/**
 * The items of one file.
 *
 * @param source the file, for messages
 * @param items in the order of their first appearance in the file, at least one
 * @param limited whether the file has more items
 * @param sha256 hash of the whole file's bytes, in hexadecimal
 */
public record E2eDataset(String source, List<E2eItem> items, boolean limited, String sha256) {
  /** Copies the items. */
  public E2eDataset {
    items = List.copyOf(items);
  }
}
