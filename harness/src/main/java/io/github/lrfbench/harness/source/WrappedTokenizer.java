package io.github.lrfbench.harness.source;

import io.github.lrfbench.harness.tokenize.Tokenizer;
import java.util.OptionalInt;

/** A tokenizer that is another one in all but how it encodes; closes that one when it is closed. */
interface WrappedTokenizer extends Tokenizer {
  /** The other one. */
  Tokenizer tokenizer();

  @Override
  default String decode(int... ids) {
    return tokenizer().decode(ids);
  }

  @Override
  default int vocabularySize() {
    return tokenizer().vocabularySize();
  }

  @Override
  default OptionalInt prefixToken() {
    return tokenizer().prefixToken();
  }

  @Override
  default int maxLength() {
    return tokenizer().maxLength();
  }

  @Override
  default void close() {
    tokenizer().close();
  }
}
