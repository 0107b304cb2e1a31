package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.JsonFields;
import java.nio.file.Path;

/**
 * Rebuilds a {@code tokenizer.json} from the parts that are known to be well formed. The native
 * library ends the process on some malformed files, so nothing reaches it unchecked; padding is
 * left out.
 */
final class DefinitionChecker {
  private DefinitionChecker() {}

  /**
   * Checks a whole definition.
   *
   * @param file where it comes from, for complaints
   * @param source in the format of {@code tokenizer.json}
   * @param added in place of the added tokens of that
   * @param left whether overlong texts lose their beginning
   */
  static ObjectNode check(Path file, ObjectNode source, AddedTokens added, boolean left) {
    JsonFields fields = JsonFields.of(file, source);
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("version", "1.0");
    json.putObject("truncation")
        .put("direction", left ? "Left" : "Right")
        .put("max_length", NativeTokenizer.INITIAL_MAX_LENGTH)
        .put("strategy", "LongestFirst")
        .put("stride", 0);
    json.putNull("padding");
    json.set("added_tokens", added.json());
    json.set("normalizer", Components.normalizer(fields, "normalizer"));
    json.set("pre_tokenizer", Components.preTokenizer(fields, "pre_tokenizer"));
    json.set("post_processor", new PostProcessors(added.size()).check(fields, "post_processor"));
    json.set("decoder", Components.decoder(fields, "decoder"));
    json.set("model", ModelChecker.check(fields.object("model")));
    return json;
  }
}
