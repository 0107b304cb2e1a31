package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Tokens that are recognized as they stand, before a text is normalized and split. */
final class SpecialTokens {
  private SpecialTokens() {}

  /**
   * Adds those of the tokens that the vocabulary has.
   *
   * @param definition in the format of {@code tokenizer.json}, modified
   */
  static void add(ObjectNode definition, ObjectNode vocabulary, List<String> tokens) {
    ArrayNode added = definition.putArray("added_tokens");
    for (String token : tokens) {
      JsonNode id = vocabulary.get(token);
      if (id != null) {
        added
            .addObject()
            .put("content", token)
            .put("special", true)
            .put("lstrip", token.equals("<mask>"))
            .set("id", id);
      }
    }
  }
}
