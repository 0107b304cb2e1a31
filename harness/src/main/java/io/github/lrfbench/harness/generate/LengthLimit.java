package io.github.lrfbench.harness.generate;

/**
 * How long a text may become.
 *
 * @param tokens the most tokens
 * @param withPrompt whether those of the prompt count
 */
public record LengthLimit(int tokens, boolean withPrompt) {
  /** So many tokens of a continuation. */
  public static LengthLimit ofContinuation(int tokens) {
    return new LengthLimit(tokens, false);
  }

  /** So many tokens of a prompt and its continuation together. */
  public static LengthLimit ofText(int tokens) {
    return new LengthLimit(tokens, true);
  }

  /** The most tokens of the continuation of a prompt; 0 or less where there is no room for one. */
  int newTokens(int promptLength) {
    return withPrompt ? tokens - promptLength : tokens;
  }
}
