package io.github.lrfbench.harness.demo.language;

import java.util.List;

/** Makes the labelled examples of one demo task. */
@FunctionalInterface
public interface Grammar {
  /**
   * The next example, or the next two that differ in little but their label. They follow from the
   * state of {@code random} alone, which is moved on.
   */
  List<Sample> next(SplitMix64 random);
}
