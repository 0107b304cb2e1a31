package io.github.lrfbench.harness.demo.language;

/** Makes the labelled examples of one demo task. */
@FunctionalInterface
public interface Grammar {
  /**
   * The next example. Its text and label follow from the state of {@code random} alone, which is
   * moved on.
   */
  Sample next(SplitMix64 random);
}
