package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;

/** Opens the tokenizer of a Hugging Face model directory. */
public final class Tokenizers {
  private Tokenizers() {}

  /** Opens a tokenizer as the other method does, and tells no notes. */
  public static Tokenizer open(Path directory, JsonNode config) {
    return open(directory, config, false, new Notes());
  }

  /**
   * Opens a tokenizer from {@code tokenizer.json}, or where the directory has none from {@code
   * vocab.txt} of BERT; {@code vocab.json} with {@code merges.txt} of RoBERTa or GPT-2, or {@code
   * encoder.json} with {@code vocab.bpe}, as GPT-2's authors called them. It gives the ids that
   * {@code AutoTokenizer} of transformers 5 gives.
   *
   * @param config what the directory's {@code config.json} holds
   * @param lowerCase whether letters become small first, added tokens apart, whatever the files say
   * @param notes is told of what is passed over
   * @throws InputException if there is none, it is broken or not supported, or its files hold more
   *     tokens than the model has embeddings
   */
  public static Tokenizer open(Path directory, JsonNode config, boolean lowerCase, Notes notes) {
    JsonNode size = config.path("vocab_size");
    int limit = size.canConvertToInt() ? size.intValue() : Integer.MAX_VALUE;
    TokenizerDefinition definition =
        new TokenizerFolder(directory, config, lowerCase, notes).definition(limit);
    if (definition.vocabularySize() > limit) {
      throw Faults.of(
          definition.file(),
          "the tokenizer has "
              + definition.vocabularySize()
              + " tokens, but the model only "
              + limit);
    }
    return NativeTokenizer.open(definition, limit);
  }
}
