package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.JsonFields;

/**
 * A vocabulary of pieces with their log-probabilities, of which a text is cut into the most
 * probable (Kudo 2018, "Subword regularization"; SentencePiece's unigram model), and ALBERT's
 * tokenizer made of one.
 */
final class UnigramVocabulary {
  private static final String PRECOMPILED = "Precompiled";

  /** The piece for what no piece is for, of ALBERT's. */
  private static final int UNKNOWN = 1;

  private UnigramVocabulary() {}

  /** The tokens of a model, each with its id. */
  static ObjectNode tokens(JsonFields model) {
    ObjectNode tokens = JsonNodeFactory.instance.objectNode();
    int id = 0;
    for (JsonNode piece : model.array("vocab")) {
      boolean fits =
          piece.isArray()
              && piece.size() == 2
              && piece.get(0).isTextual()
              && !piece.get(0).textValue().isEmpty()
              && piece.get(1).isNumber()
              && Double.isFinite(piece.get(1).doubleValue());
      if (!fits) {
        throw model.fault(
            "the piece " + id + " of the vocabulary is no text with a logarithm of a probability");
      }
      if (tokens.has(piece.get(0).textValue())) {
        throw model.fault("the piece " + id + " of the vocabulary is there twice");
      }
      tokens.put(piece.get(0).textValue(), id++);
    }
    return tokens;
  }

  /** The model, rebuilt. */
  static ObjectNode check(JsonFields model) {
    int unknown = model.index("unk_id");
    if (unknown >= model.array("vocab").size()) {
      throw model.fault(model.pathOf("unk_id") + " is no number of a piece");
    }
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", "Unigram")
        .put("unk_id", unknown)
        .put("byte_fallback", model.bool("byte_fallback").orElse(false));
  }

  /**
   * ALBERT's tokenizer in the format of {@code tokenizer.json}, without added tokens, as
   * transformers 5 makes it.
   *
   * @param normalizer that of the file, of which SentencePiece's own map of characters is kept
   */
  static ObjectNode definition(
      JsonNode vocabulary, JsonNode normalizer, TokenizerSettings settings) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ObjectNode sequence = Components.typed("Sequence");
    ArrayNode parts = sequence.putArray("normalizers");
    for (String quote : new String[] {"``", "''"}) {
      ObjectNode replace = Components.typed("Replace").put("content", "\"");
      replace.putObject("pattern").put("String", quote);
      parts.add(replace);
    }
    if (!settings.bool("keep_accents", false)) {
      parts.add(Components.typed("NFKD")).add(Components.typed("StripAccents"));
    }
    if (settings.bool("do_lower_case", true)) {
      parts.add(Components.typed("Lowercase"));
    }
    JsonNode precompiled = precompiled(normalizer);
    if (precompiled != null) {
      parts.add(precompiled);
    }
    json.set("normalizer", sequence);
    String scheme = settings.bool("add_prefix_space", true) ? "always" : "never";
    ObjectNode split = Components.typed("Sequence");
    split
        .putArray("pretokenizers")
        .add(Components.typed("WhitespaceSplit"))
        .add(Components.metaspace(scheme));
    json.set("pre_tokenizer", split);
    json.set("decoder", Components.metaspace(scheme));
    ObjectNode model = Components.typed("Unigram").put("unk_id", UNKNOWN);
    model.set("vocab", vocabulary);
    json.set("model", model);
    return json;
  }

  private static JsonNode precompiled(JsonNode normalizer) {
    if (normalizer.path("type").asText("").equals(PRECOMPILED)) {
      return normalizer;
    }
    for (JsonNode part : normalizer.path("normalizers")) {
      if (part.path("type").asText("").equals(PRECOMPILED)) {
        return part;
      }
    }
    return null;
  }
}
