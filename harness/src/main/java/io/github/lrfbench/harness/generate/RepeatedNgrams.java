package io.github.lrfbench.harness.generate;

/** Forbids tokens that would repeat a run of tokens. */
final class RepeatedNgrams {
  private RepeatedNgrams() {}

  /**
   * Sets the score of every token to minus infinity that, after the text, would end a run of n
   * tokens that the text has already.
   *
   * @param tokens the text, of which {@code length} count
   * @param n 0 for no rule
   * @param scores of all tokens, modified
   */
  static void forbid(int[] tokens, int length, int n, float[] scores) {
    if (n == 0) {
      return;
    }
    for (int end = n - 1; end < length; end++) {
      boolean same = true;
      for (int i = 1; i < n && same; i++) {
        same = tokens[end - i] == tokens[length - i];
      }
      if (same) {
        scores[tokens[end]] = Float.NEGATIVE_INFINITY;
      }
    }
  }
}
