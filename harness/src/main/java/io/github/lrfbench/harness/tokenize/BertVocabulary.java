package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.TextFile;
import java.nio.file.Path;
import java.util.List;

/**
 * BERT's tokenizer from {@code vocab.txt}, one WordPiece token a line: text is cleaned, split at
 * spaces and punctuation, and each word cut into the longest pieces that the vocabulary has.
 */
final class BertVocabulary {
  private BertVocabulary() {}

  static TokenizerDefinition read(Path file, TokenizerSettings settings) {
    ObjectNode vocabulary = JsonNodeFactory.instance.objectNode();
    List<String> lines = TextFile.read(file).lines().toList();
    for (int id = 0; id < lines.size(); id++) {
      vocabulary.put(lines.get(id), id);
    }
    String unknown = settings.token("unk_token", "[UNK]");
    String first = settings.token("cls_token", "[CLS]");
    String separator = settings.token("sep_token", "[SEP]");
    for (String token : List.of(unknown, first, separator)) {
      if (!vocabulary.has(token)) {
        throw Faults.of(file, "the vocabulary has no token " + Faults.quote(token));
      }
    }
    List<String> specials =
        List.of(
            settings.token("pad_token", "[PAD]"),
            unknown,
            first,
            separator,
            settings.token("mask_token", "[MASK]"));
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    SpecialTokens.add(json, vocabulary, specials);
    json.putObject("normalizer").put("type", "BertNormalizer");
    json.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    json.set("post_processor", template(vocabulary, first, separator));
    json.putObject("model")
        .put("type", "WordPiece")
        .put("unk_token", unknown)
        .set("vocab", vocabulary);
    return DefinitionChecker.check(file, json, settings);
  }

  /** {@code [CLS] first [SEP]} of type 0, then {@code second [SEP]} of type 1. */
  private static ObjectNode template(ObjectNode vocabulary, String first, String separator) {
    ObjectNode template = JsonNodeFactory.instance.objectNode().put("type", "TemplateProcessing");
    ArrayNode single = template.putArray("single");
    ArrayNode pair = template.putArray("pair");
    for (ArrayNode pieces : List.of(single, pair)) {
      piece(pieces, "SpecialToken", first, 0);
      piece(pieces, "Sequence", "A", 0);
      piece(pieces, "SpecialToken", separator, 0);
    }
    piece(pair, "Sequence", "B", 1);
    piece(pair, "SpecialToken", separator, 1);
    ObjectNode specials = template.putObject("special_tokens");
    for (String token : List.of(first, separator)) {
      ObjectNode special = specials.putObject(token).put("id", token);
      special.putArray("ids").add(vocabulary.get(token));
      special.putArray("tokens").add(token);
    }
    return template;
  }

  private static void piece(ArrayNode pieces, String kind, String id, int type) {
    pieces.addObject().putObject(kind).put("id", id).put("type_id", type);
  }
}
