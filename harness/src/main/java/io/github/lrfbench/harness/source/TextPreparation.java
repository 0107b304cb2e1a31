package io.github.lrfbench.harness.source;

import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.tokenize.Tokenizer;

/**
 * What is done with texts around and, of letters, in a tokenizer.
 *
 * @param prompt goes before a text
 * @param lowerCase whether letters become small, which is left to the tokenizer: names of added
 *     tokens are not looked for in small letters
 * @param longest most tokens of a sequence, 0 for no limit
 */
record TextPreparation(String prompt, boolean lowerCase, int longest) {
  static final TextPreparation NONE = new TextPreparation("", false, 0);

  /** The same with a prompt. */
  TextPreparation with(String other) {
    return new TextPreparation(other, lowerCase, longest);
  }

  /** A tokenizer that does it; closes the given one when it is closed. */
  Tokenizer around(Tokenizer tokenizer) {
    return equals(NONE) ? tokenizer : new Prepared(this, tokenizer);
  }

  private String prepare(String text) {
    return text == null ? null : prompt + text;
  }

  private record Prepared(TextPreparation preparation, Tokenizer tokenizer)
      implements WrappedTokenizer {
    @Override
    public TokenSequence encode(String first, String second, int maxLength) {
      int longest = preparation.longest();
      return tokenizer.encode(
          preparation.prepare(first),
          preparation.prepare(second),
          longest == 0 ? maxLength : Math.min(maxLength, longest));
    }

    @Override
    public int maxLength() {
      return preparation.longest() == 0 ? tokenizer.maxLength() : preparation.longest();
    }
  }
}
