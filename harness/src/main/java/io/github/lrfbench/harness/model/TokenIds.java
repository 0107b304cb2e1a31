package io.github.lrfbench.harness.model;

/**
 * One sequence as a model reads it.
 *
 * @param ids vocabulary indices
 * @param types segment number of every token: 0 first sentence, 1 second
 */
public record TokenIds(int[] ids, int[] types) {
  /** Checks that both arrays have one length. */
  public TokenIds {
    if (ids.length != types.length) {
      throw new IllegalArgumentException(ids.length + " ids but " + types.length + " types");
    }
  }

  /** Number of tokens. */
  public int length() {
    return ids.length;
  }
}
