package io.github.lrfbench.harness.pickle;

import java.util.List;

/**
 * A tuple. Two tuples are equal only if they are one: a comparison of what they hold could be made
 * to last for ever.
 */
public final class Tuple {
  private final List<Object> items;

  Tuple(List<Object> items) {
    this.items = items;
  }

  /** What it holds; None is null. */
  public List<Object> items() {
    return items;
  }
}
