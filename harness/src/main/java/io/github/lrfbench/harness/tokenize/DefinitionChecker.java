package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.JsonFields;
import java.nio.file.Path;

/**
 * Rebuilds a {@code tokenizer.json} from the parts that are known to be well formed. The native
 * library ends the process on some malformed files, so nothing reaches it unchecked; what is done
 * around texts is left out.
 */
final class DefinitionChecker {
  private DefinitionChecker() {}

  /**
   * Checks a whole definition.
   *
   * @param file where it comes from, for complaints
   * @param source in the format of {@code tokenizer.json}
   * @param added in place of the added tokens of that
   */
  static ObjectNode check(Path file, ObjectNode source, AddedTokens added) {
    JsonFields fields = JsonFields.of(file, source);
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("version", "1.0");
    json.putNull("truncation");
    json.putNull("padding");
    json.set("added_tokens", added.json());
    json.set("normalizer", Components.normalizer(fields, "normalizer"));
    json.set("pre_tokenizer", Components.preTokenizer(fields, "pre_tokenizer"));
    json.putNull("post_processor");
    json.set("decoder", Components.decoder(fields, "decoder"));
    json.set("model", ModelChecker.check(fields.object("model")));
    return json;
  }
}
