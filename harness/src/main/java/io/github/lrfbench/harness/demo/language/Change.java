package io.github.lrfbench.harness.demo.language;

/**
 * A word put in the place of another.
 *
 * @param word the new word; null where the old one is dropped
 * @param relation of the new meaning to the old one
 */
record Change<T>(T word, Relation relation) {
  /** How the new meaning relates to the old one. */
  enum Relation {
    SAME,
    /** True of everything the old one is true of, and more. */
    WEAKER,
    STRONGER,
    /** Neither, though of one kind. */
    BESIDE,
    UNRELATED
  }
}
