package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.JsonFields;
import java.nio.file.Path;

/**
 * Rebuilds the contents of a {@code tokenizer.json} from the parts that are known to be well
 * formed. The native library ends the process on some malformed files, so nothing reaches it
 * unchecked; decoding, padding and truncation are left out.
 */
final class DefinitionChecker {
  private final Path file;
  private final JsonFields source;
  private final TokenizerSettings settings;

  private DefinitionChecker(Path file, ObjectNode source, TokenizerSettings settings) {
    this.file = file;
    this.source = JsonFields.of(file, source);
    this.settings = settings;
  }

  static TokenizerDefinition check(Path file, ObjectNode source, TokenizerSettings settings) {
    return new DefinitionChecker(file, source, settings).definition();
  }

  private TokenizerDefinition definition() {
    ModelChecker model = ModelChecker.check(source.object("model"));
    int size = model.vocabularySize();
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("version", "1.0");
    json.putObject("truncation")
        .put("direction", settings.truncatesLeft() ? "Left" : "Right")
        .put("max_length", NativeTokenizer.INITIAL_MAX_LENGTH)
        .put("strategy", "LongestFirst")
        .put("stride", 0);
    json.putNull("padding");
    ArrayNode added = json.putArray("added_tokens");
    if (source.has("added_tokens")) {
      for (JsonFields token : source.objects("added_tokens")) {
        added.add(addedToken(token));
        size = Math.max(size, token.index("id") + 1);
      }
    }
    json.set("normalizer", Components.normalizer(source, "normalizer", settings));
    JsonNode preTokenizer = Components.preTokenizer(source, "pre_tokenizer", settings);
    json.set("pre_tokenizer", preTokenizer);
    json.set("post_processor", new PostProcessors(size).check(source, "post_processor"));
    json.putNull("decoder");
    if (preTokenizer.findValuesAsText("type").contains("ByteLevel")) {
      // Its tokens are spelled in letters that stand for bytes.
      json.putObject("decoder")
          .put("type", "ByteLevel")
          .put("add_prefix_space", true)
          .put("trim_offsets", true);
    }
    json.set("model", model.json());
    return new TokenizerDefinition(file, json, size);
  }

  private ObjectNode addedToken(JsonFields token) {
    String content = token.string("content");
    if (content.isEmpty()) {
      throw token.fault(token.pathOf("content") + " must not be empty");
    }
    boolean special = token.bool("special").orElse(false);
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", token.index("id"))
        .put("content", content)
        .put("single_word", token.bool("single_word").orElse(false))
        .put("lstrip", token.bool("lstrip").orElse(false))
        .put("rstrip", token.bool("rstrip").orElse(false))
        .put("normalized", token.bool("normalized").orElse(!special))
        .put("special", special);
  }
}
