package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens the tokenizer of a Hugging Face model directory. */
public final class Tokenizers {
  private Tokenizers() {}

  /**
   * Opens a tokenizer from the first of these that the directory has: {@code tokenizer.json};
   * {@code vocab.txt} of BERT; {@code vocab.json} with {@code merges.txt} of RoBERTa or GPT-2.
   *
   * @param config what the directory's {@code config.json} holds
   * @throws InputException if there is none, it is broken or not supported, or its vocabulary is
   *     larger than the model's
   */
  public static Tokenizer open(Path directory, JsonNode config) {
    TokenizerDefinition definition = definition(directory, config);
    JsonNode modelSize = config.path("vocab_size");
    if (modelSize.canConvertToInt() && definition.vocabularySize() > modelSize.intValue()) {
      throw Faults.of(
          definition.file(),
          "the tokenizer has "
              + definition.vocabularySize()
              + " tokens, but the model only "
              + modelSize.intValue());
    }
    return NativeTokenizer.open(definition);
  }

  private static TokenizerDefinition definition(Path directory, JsonNode config) {
    TokenizerSettings settings = TokenizerSettings.read(directory);
    Path whole = directory.resolve("tokenizer.json");
    if (Files.exists(whole)) {
      return DefinitionChecker.check(whole, JsonFile.read(whole), settings);
    }
    Path words = directory.resolve("vocab.txt");
    if (Files.exists(words)) {
      return BertVocabulary.read(words, settings);
    }
    Path vocabulary = directory.resolve("vocab.json");
    Path merges = directory.resolve("merges.txt");
    if (Files.exists(vocabulary) && Files.exists(merges)) {
      String modelType = config.path("model_type").asText("");
      return BytePairVocabulary.read(vocabulary, merges, modelType, settings);
    }
    throw Faults.of(
        directory,
        "holds no tokenizer: no tokenizer.json, vocab.txt, or vocab.json and merges.txt");
  }
}
