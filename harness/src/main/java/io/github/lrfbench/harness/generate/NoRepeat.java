package io.github.lrfbench.harness.generate;

import io.github.lrfbench.kernels.InputException;

/**
 * The rule that no run of tokens occurs twice.
 *
 * @param size tokens of a run; 0 for no such rule
 * @param withPrompt whether runs of the prompt count, as in {@code generate} of Hugging Face's
 *     transformers; else those of the continuation alone
 */
public record NoRepeat(int size, boolean withPrompt) {
  /** Anything may be repeated. */
  public static final NoRepeat NONE = new NoRepeat(0, false);

  /** Checks the size. */
  public NoRepeat {
    if (size < 0) {
      throw new InputException("--no-repeat-ngram must be at least 0, but is " + size);
    }
  }

  /**
   * Sets the score of every token to minus infinity that, after the text, would end a run that is
   * in it already.
   *
   * @param text the prompt's tokens and those that follow, of which {@code length} count
   * @param prompt how many are the prompt's
   * @param scores of all tokens, modified
   */
  void forbid(int[] text, int prompt, int length, float[] scores) {
    if (size == 0 || size > length) {
      return;
    }
    int first = withPrompt ? 0 : prompt;
    for (int end = first + size - 1; end < length; end++) {
      boolean same = true;
      for (int i = 1; i < size && same; i++) {
        same = text[end - i] == text[length - i];
      }
      if (same) {
        scores[text[end]] = Float.NEGATIVE_INFINITY;
      }
    }
  }
}
