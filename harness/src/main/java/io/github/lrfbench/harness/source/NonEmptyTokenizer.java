package io.github.lrfbench.harness.source;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.gpt2.Gpt2Config;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.harness.tokenize.Tokenizers;
import java.nio.file.Path;

/**
 * A tokenizer that puts no special tokens around texts, but gives a model something to read where
 * there is no text.
 *
 * @param tokenizer closed with this
 * @param emptyText the token that stands for an empty text
 */
record NonEmptyTokenizer(Tokenizer tokenizer, int emptyText) implements WrappedTokenizer {
  /** The tokenizer of a directory, which gives no text as a sequence of no tokens. */
  static Tokenizer open(Path directory, JsonNode config, Notes notes) {
    return open(directory, config, false, notes);
  }

  /**
   * The same.
   *
   * @param lowerCase whether letters become small first
   */
  static Tokenizer open(Path directory, JsonNode config, boolean lowerCase, Notes notes) {
    Tokenizer tokenizer = Tokenizers.open(directory, config, lowerCase, notes);
    if (!config.path("model_type").asText("").equals(Gpt2Config.MODEL_TYPE)) {
      return tokenizer;
    }
    int last = tokenizer.vocabularySize() - 1;
    return new NonEmptyTokenizer(
        tokenizer, Math.max(0, Math.min(last, config.path("eos_token_id").asInt(last))));
  }

  @Override
  public TokenSequence encode(String first, String second, int maxLength) {
    TokenSequence sequence = tokenizer.encode(first, second, maxLength);
    return sequence.length() > 0 ? sequence : new TokenSequence(new int[] {emptyText}, new int[1]);
  }
}
