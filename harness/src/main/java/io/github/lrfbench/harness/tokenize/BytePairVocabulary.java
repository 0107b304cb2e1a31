package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.TextFile;
import java.nio.file.Path;

/**
 * Byte-level byte pair encoding, RoBERTa's and GPT-2's, from {@code vocab.json} and {@code
 * merges.txt}.
 */
final class BytePairVocabulary {
  private BytePairVocabulary() {}

  /** The tokenizer in the format of {@code tokenizer.json}, without added tokens. */
  static ObjectNode definition(ObjectNode vocabulary, JsonNode merges, TokenizerSettings settings) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putObject("pre_tokenizer")
        .put("type", "ByteLevel")
        .put("add_prefix_space", settings.bool("add_prefix_space", false));
    json.putObject("decoder").put("type", "ByteLevel");
    ObjectNode model = json.putObject("model").put("type", "BPE");
    model.set("vocab", vocabulary);
    model.set("merges", merges);
    return json;
  }

  /** The pairs of {@code merges.txt}. */
  static ArrayNode merges(Path file) {
    ArrayNode merges = JsonNodeFactory.instance.arrayNode();
    for (String line : Lines.of(TextFile.read(file))) {
      if (line.isEmpty() || line.startsWith("#version")) {
        continue;
      }
      String[] pair = line.split(" ", -1);
      if (pair.length != 2 || pair[0].isEmpty() || pair[1].isEmpty()) {
        throw Faults.of(file, "the line " + Faults.quote(line) + " is no pair of tokens");
      }
      merges.add(line);
    }
    return merges;
  }
}
