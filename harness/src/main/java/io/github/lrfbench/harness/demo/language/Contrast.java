package io.github.lrfbench.harness.demo.language;

/**
 * A minimal pair: a well-formed clause, and one that breaks a single rule of the grammar.
 *
 * @param question whether the two are questions, which stand alone
 */
record Contrast(Words good, Words bad, boolean question) {
  static Contrast statement(Words good, Words bad) {
    return new Contrast(good, bad, false);
  }

  static Contrast question(Words good, Words bad) {
    return new Contrast(good, bad, true);
  }

  /** Makes minimal pairs of one construction. */
  @FunctionalInterface
  interface Construction {
    Contrast next(SplitMix64 random);
  }

  /** A construction and how often it comes, relative to the others. */
  record Weighted(int weight, Construction construction) {}
}
