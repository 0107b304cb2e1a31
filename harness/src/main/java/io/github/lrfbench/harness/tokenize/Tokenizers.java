package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Opens the tokenizer of a Hugging Face model directory. */
public final class Tokenizers {
  private Tokenizers() {}

  /** Opens a tokenizer as the other method does, and tells no notes. */
  public static Tokenizer open(Path directory, JsonNode config) {
    return open(directory, config, new Notes());
  }

  /**
   * Opens a tokenizer from the first of these that the directory has: {@code tokenizer.json};
   * {@code vocab.txt} of BERT; {@code vocab.json} with {@code merges.txt} of RoBERTa or GPT-2, or
   * {@code encoder.json} with {@code vocab.bpe}, as GPT-2's authors called them.
   *
   * @param config what the directory's {@code config.json} holds
   * @param notes is told of what is passed over
   * @throws InputException if there is none, it is broken or not supported, or its vocabulary is
   *     larger than the model's. That it is smaller is no fault of a model that only reads; whoever
   *     has text written or predicted asks for the same size.
   */
  public static Tokenizer open(Path directory, JsonNode config, Notes notes) {
    TokenizerDefinition definition = definition(directory, config);
    JsonNode modelSize = config.path("vocab_size");
    if (modelSize.canConvertToInt()) {
      requireFitting(definition, modelSize.intValue());
    }
    return NativeTokenizer.open(definition);
  }

  /** What a GPT-2's directory calls the token that begins texts. */
  public static String prefix(Path directory) {
    return TokenizerSettings.read(directory).token("bos_token", "<|endoftext|>");
  }

  private static boolean isGpt2(JsonNode config) {
    return config.path("model_type").asText("").equals("gpt2");
  }

  private static void requireFitting(TokenizerDefinition definition, int modelSize) {
    int size = definition.vocabularySize();
    if (size > modelSize) {
      throw Faults.of(
          definition.file(),
          "the tokenizer has " + size + " tokens, but the model only " + modelSize);
    }
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
    for (List<String> names :
        List.of(List.of("vocab.json", "merges.txt"), List.of("encoder.json", "vocab.bpe"))) {
      Path vocabulary = directory.resolve(names.get(0));
      Path merges = directory.resolve(names.get(1));
      if (Files.exists(vocabulary) && Files.exists(merges)) {
        return BytePairVocabulary.read(vocabulary, merges, isGpt2(config), settings);
      }
    }
    throw Faults.of(
        directory,
        "holds no tokenizer: no tokenizer.json, vocab.txt, vocab.json and merges.txt, or"
            + " encoder.json and vocab.bpe");
  }
}
