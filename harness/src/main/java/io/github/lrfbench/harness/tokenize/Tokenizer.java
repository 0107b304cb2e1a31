package io.github.lrfbench.harness.tokenize;

import io.github.lrfbench.kernels.InputException;
import java.util.OptionalInt;

/**
 * Splits texts into the tokens of a vocabulary. It may be used from several threads, which then
 * wait for each other.
 */
public interface Tokenizer extends AutoCloseable {
  /**
   * Encodes a text or a pair of texts, with the special tokens that the model wants around them.
   * What is too long is cut, in a pair token by token from the text that is longer.
   *
   * @param second the second text, or null
   * @param maxLength most tokens to return, special tokens included
   * @throws InputException if {@code maxLength} leaves no room beside the special tokens, or the
   *     tokenizer's files make a text impossible to encode
   * @throws IllegalStateException if the tokenizer is closed
   */
  TokenSequence encode(String first, String second, int maxLength);

  /**
   * The text of tokens, special ones left out. Bytes that are no whole character become U+FFFD.
   *
   * @throws IllegalStateException if the tokenizer is closed
   */
  String decode(int... ids);

  /** One more than the largest id. */
  int vocabularySize();

  /** The token that begins texts; nothing where there is none. */
  default OptionalInt prefixToken() {
    return OptionalInt.empty();
  }

  /** Frees native memory; closing twice is harmless. */
  @Override
  void close();
}
