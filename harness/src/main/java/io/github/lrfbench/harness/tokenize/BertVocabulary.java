package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.TextFile;
import java.nio.file.Path;

/**
 * BERT's tokenizer from {@code vocab.txt}, one WordPiece token a line: text is cleaned, split at
 * spaces and punctuation, and each word cut into the longest pieces that the vocabulary has.
 */
final class BertVocabulary {
  private BertVocabulary() {}

  /** The tokens of a file and their ids; of equal ones the last counts. */
  static ObjectNode read(Path file) {
    ObjectNode vocabulary = JsonNodeFactory.instance.objectNode();
    int id = 0;
    String text = TextFile.read(file);
    // Nothing but a line feed ends a line; what is white space at its end belongs to no token.
    for (String line : Lines.of(text)) {
      vocabulary.put(Lines.stripTrailing(line), id++);
    }
    return vocabulary;
  }

  /** The tokenizer in the format of {@code tokenizer.json}, without added tokens. */
  static ObjectNode definition(Path file, ObjectNode vocabulary, TokenizerSettings settings) {
    String unknown = settings.marker("unk_token", TokenizerKind.BERT);
    if (!vocabulary.has(unknown)) {
      throw Faults.of(file, "the vocabulary has no token " + Faults.quote(unknown));
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putObject("normalizer")
        .put("type", "BertNormalizer")
        .put("clean_text", true)
        .put("handle_chinese_chars", settings.bool("tokenize_chinese_chars", true))
        .put("strip_accents", settings.bool("strip_accents").orElse(null))
        .put("lowercase", settings.bool("do_lower_case", true));
    json.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    json.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
    json.putObject("model")
        .put("type", "WordPiece")
        .put("unk_token", unknown)
        .set("vocab", vocabulary);
    return json;
  }
}
