package io.github.lrfbench.harness.tokenize;

import io.github.lrfbench.kernels.InputException;
import java.util.OptionalInt;

/** Splits texts into the tokens of a vocabulary. It may be used from several threads at once. */
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
   * The text of tokens, special ones and those that are not in the vocabulary left out. Bytes that
   * are no whole character become U+FFFD.
   *
   * @throws IllegalStateException if the tokenizer is closed
   */
  String decode(int... ids);

  /**
   * One more than the largest id of a token that the tokenizer's files bring along. Models may have
   * more embeddings.
   */
  int vocabularySize();

  /** The token that begins texts, else that which ends them; nothing where there is neither. */
  default OptionalInt prefixToken() {
    return OptionalInt.empty();
  }

  /** The most tokens that a model should read at once according to the tokenizer's files. */
  default int maxLength() {
    return Integer.MAX_VALUE;
  }

  /** Frees native memory; closing twice is harmless. */
  @Override
  void close();
}
