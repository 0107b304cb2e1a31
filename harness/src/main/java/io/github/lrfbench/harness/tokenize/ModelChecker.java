package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFields;
import java.util.Map;

/**
 * Checks the {@code model} of a {@code tokenizer.json}: WordPiece, byte pair encoding or unigrams.
 */
final class ModelChecker {
  private static final int LONGEST_WORD = 100;
  private static final int MOST_CHARACTERS = 1000;

  private ModelChecker() {}

  /** The type of a model. Old files leave it to be guessed from the fields. */
  static String type(JsonFields model) {
    return model.string("type", model.has("merges") ? "BPE" : "WordPiece");
  }

  /** The model, rebuilt. */
  static ObjectNode check(JsonFields model) {
    String type = type(model);
    vocabulary(model);
    ObjectNode json =
        switch (type) {
          case "WordPiece" -> wordPiece(model);
          case "BPE" -> bytePairs(model);
          case "Unigram" -> UnigramVocabulary.check(model);
          default ->
              throw model.fault("the tokenizer model " + Faults.quote(type) + " is not supported");
        };
    json.set("vocab", model.value("vocab"));
    return json;
  }

  /** The tokens of a model, each with a valid id. */
  static ObjectNode vocabulary(JsonFields model) {
    if (type(model).equals("Unigram")) {
      return UnigramVocabulary.tokens(model);
    }
    model.object("vocab");
    for (Map.Entry<String, JsonNode> token : model.value("vocab").properties()) {
      JsonNode id = token.getValue();
      if (!JsonFields.isIndex(id)) {
        throw model.fault("the token " + Faults.quote(token.getKey()) + " has no valid id");
      }
    }
    return (ObjectNode) model.value("vocab");
  }

  private static ObjectNode wordPiece(JsonFields model) {
    String unknown = model.string("unk_token", "[UNK]");
    if (!model.value("vocab").has(unknown)) {
      throw model.fault("the vocabulary has no token " + Faults.quote(unknown));
    }
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", "WordPiece")
        .put("unk_token", unknown)
        .put("continuing_subword_prefix", model.string("continuing_subword_prefix", "##"))
        .put("max_input_chars_per_word", longestWord(model));
  }

  /** The characters of a word that is cut into pieces, whose time grows with their square. */
  private static int longestWord(JsonFields model) {
    String name = "max_input_chars_per_word";
    int longest = model.has(name) ? model.index(name) : LONGEST_WORD;
    if (longest > MOST_CHARACTERS) {
      throw model.fault(model.pathOf(name) + " must be at most " + MOST_CHARACTERS);
    }
    return longest;
  }

  private static ObjectNode bytePairs(JsonFields model) {
    for (String affix : new String[] {"continuing_subword_prefix", "end_of_word_suffix"}) {
      if (!model.string(affix, "").isEmpty()) {
        throw model.fault(model.pathOf(affix) + " is not supported");
      }
    }
    if (model.has("dropout")) {
      throw model.fault(model.pathOf("dropout") + " would make tokens random; it must be null");
    }
    String unknown = model.string("unk_token", "");
    if (!unknown.isEmpty() && !model.value("vocab").has(unknown)) {
      throw model.fault("the vocabulary has no token " + Faults.quote(unknown));
    }
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("type", "BPE")
            .put("unk_token", unknown.isEmpty() ? null : unknown)
            .put("fuse_unk", model.bool("fuse_unk").orElse(false))
            .put("byte_fallback", model.bool("byte_fallback").orElse(false))
            .put("ignore_merges", model.bool("ignore_merges").orElse(false));
    json.set("merges", merges(model));
    return json;
  }

  private static JsonNode merges(JsonFields model) {
    JsonNode merges = model.array("merges");
    for (JsonNode merge : merges) {
      boolean pair =
          merge.isTextual()
              || merge.isArray()
                  && merge.size() == 2
                  && merge.get(0).isTextual()
                  && merge.get(1).isTextual();
      if (!pair || merge.isArray() != merges.get(0).isArray()) {
        throw model.fault("the merge " + Faults.quote(merge.toString()) + " is no pair of tokens");
      }
    }
    return merges;
  }
}
