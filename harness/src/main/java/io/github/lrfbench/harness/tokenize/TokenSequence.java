package io.github.lrfbench.harness.tokenize;

/**
 * A text or a pair of texts as a model reads it, special tokens included.
 *
 * @param ids vocabulary indices
 * @param types for every token 0 or 1, the segment that the tokenizer assigns it to
 */
public record TokenSequence(int[] ids, int[] types) {
  /** Number of tokens. */
  public int length() {
    return ids.length;
  }
}
