package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFields;
import java.util.Optional;

/** Checks what a tokenizer does to a text before its model splits it. */
final class Components {
  private Components() {}

  /** The normalizer in a field, rebuilt; null where there is none. */
  static JsonNode normalizer(JsonFields parent, String name, TokenizerSettings settings) {
    return parent.has(name) ? normalizer(parent.object(name), settings) : NullNode.instance;
  }

  /** The pre-tokenizer in a field, rebuilt; null where there is none. */
  static JsonNode preTokenizer(JsonFields parent, String name, TokenizerSettings settings) {
    return parent.has(name) ? preTokenizer(parent.object(name), settings) : NullNode.instance;
  }

  /** A byte-level component, rebuilt. */
  static ObjectNode byteLevel(JsonFields fields, Optional<Boolean> addPrefixSpace) {
    return typed("ByteLevel")
        .put(
            "add_prefix_space",
            addPrefixSpace.or(() -> fields.bool("add_prefix_space")).orElse(true))
        .put("trim_offsets", fields.bool("trim_offsets").orElse(true))
        .put("use_regex", fields.bool("use_regex").orElse(true));
  }

  /** An object with nothing but a type. */
  static ObjectNode typed(String type) {
    return JsonNodeFactory.instance.objectNode().put("type", type);
  }

  private static ObjectNode normalizer(JsonFields fields, TokenizerSettings settings) {
    String type = fields.string("type");
    switch (type) {
      case "BertNormalizer":
        return typed(type)
            .put("clean_text", fields.bool("clean_text").orElse(true))
            .put(
                "handle_chinese_chars",
                settings
                    .bool("tokenize_chinese_chars")
                    .or(() -> fields.bool("handle_chinese_chars"))
                    .orElse(true))
            .put(
                "strip_accents",
                settings.bool("strip_accents").or(() -> fields.bool("strip_accents")).orElse(null))
            .put(
                "lowercase",
                settings.bool("do_lower_case").or(() -> fields.bool("lowercase")).orElse(true));
      case "Lowercase", "NFC", "NFD", "NFKC", "NFKD", "StripAccents":
        return typed(type);
      case "Sequence":
        ObjectNode sequence = typed(type);
        ArrayNode parts = sequence.putArray("normalizers");
        fields.objects("normalizers").forEach(part -> parts.add(normalizer(part, settings)));
        return sequence;
      default:
        throw fields.fault("the normalizer " + Faults.quote(type) + " is not supported");
    }
  }

  private static ObjectNode preTokenizer(JsonFields fields, TokenizerSettings settings) {
    String type = fields.string("type");
    switch (type) {
      case "BertPreTokenizer", "Whitespace", "WhitespaceSplit":
        return typed(type);
      case "ByteLevel":
        return byteLevel(fields, settings.bool("add_prefix_space"));
      case "Sequence":
        ObjectNode sequence = typed(type);
        ArrayNode parts = sequence.putArray("pretokenizers");
        fields.objects("pretokenizers").forEach(part -> parts.add(preTokenizer(part, settings)));
        return sequence;
      default:
        throw fields.fault("the pre-tokenizer " + Faults.quote(type) + " is not supported");
    }
  }
}
