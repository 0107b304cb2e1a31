package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFields;
import java.util.ArrayList;
import java.util.List;

/** Checks what a tokenizer does to a text before its model splits it. */
final class Components {
  private Components() {}

  /** The normalizer in a field, rebuilt; null where there is none. */
  static JsonNode normalizer(JsonFields parent, String name) {
    return parent.has(name) ? normalizer(parent.object(name)) : NullNode.instance;
  }

  /** A normalizer after one that makes letters small, unless it does so itself. */
  static JsonNode lowerCase(JsonNode normalizer) {
    String type = normalizer.path("type").asText("");
    JsonNode parts = normalizer.path("normalizers");
    List<String> types = new ArrayList<>();
    parts.forEach(part -> types.add(part.path("type").asText("")));
    if (type.equals("Lowercase") || type.equals("Sequence") && types.contains("Lowercase")) {
      return normalizer;
    }
    ObjectNode sequence = typed("Sequence");
    ArrayNode all = sequence.putArray("normalizers").add(typed("Lowercase"));
    if (parts.isArray()) {
      all.addAll((ArrayNode) parts);
    } else if (normalizer.isObject()) {
      all.add(normalizer);
    }
    return sequence;
  }

  /** The pre-tokenizer in a field, rebuilt; null where there is none. */
  static JsonNode preTokenizer(JsonFields parent, String name) {
    return parent.has(name) ? preTokenizer(parent.object(name)) : NullNode.instance;
  }

  /** A byte-level component, rebuilt. */
  static ObjectNode byteLevel(JsonFields fields) {
    return typed("ByteLevel")
        .put("add_prefix_space", fields.bool("add_prefix_space").orElse(true))
        .put("trim_offsets", fields.bool("trim_offsets").orElse(true))
        .put("use_regex", fields.bool("use_regex").orElse(true));
  }

  /** The decoder in a field, rebuilt; null where there is none. */
  static JsonNode decoder(JsonFields parent, String name) {
    if (!parent.has(name)) {
      return NullNode.instance;
    }
    JsonFields fields = parent.object(name);
    String type = fields.string("type");
    return switch (type) {
      case "ByteLevel" -> byteLevel(fields);
      case "WordPiece" ->
          typed(type)
              .put("prefix", fields.string("prefix", "##"))
              .put("cleanup", fields.bool("cleanup").orElse(true));
      case "Metaspace" -> metaspace(fields);
      default -> throw fields.fault("the decoder " + Faults.quote(type) + " is not supported");
    };
  }

  /**
   * SentencePiece's mark of spaces, which stands for them in pieces.
   *
   * @param scheme whether a text without one gets one before it: {@code always} or {@code never}
   */
  static ObjectNode metaspace(String scheme) {
    return typed("Metaspace")
        .put("replacement", "\u2581")
        .put("prepend_scheme", scheme)
        .put("split", true);
  }

  private static ObjectNode metaspace(JsonFields fields) {
    String old = fields.bool("add_prefix_space").orElse(true) ? "always" : "never";
    String scheme = fields.string("prepend_scheme", old);
    boolean known =
        List.of("always", "never", "first").contains(scheme)
            && fields.string("replacement", "\u2581").equals("\u2581");
    if (!known) {
      throw fields.fault("this kind of Metaspace is not supported");
    }
    return metaspace(scheme).put("split", fields.bool("split").orElse(true));
  }

  private static ObjectNode replace(JsonFields fields) {
    String pattern = fields.object("pattern").string("String");
    if (pattern.isEmpty()) {
      throw fields.fault("the normalizer Replace has nothing to look for");
    }
    ObjectNode replace = typed("Replace").put("content", fields.string("content"));
    replace.putObject("pattern").put("String", pattern);
    return replace;
  }

  private static ObjectNode precompiled(JsonFields fields) {
    String map = fields.string("precompiled_charsmap");
    if (!CharacterMap.isSound(map)) {
      throw fields.fault("the compiled map of characters is damaged");
    }
    return typed("Precompiled").put("precompiled_charsmap", map);
  }

  /** An object with nothing but a type. */
  static ObjectNode typed(String type) {
    return JsonNodeFactory.instance.objectNode().put("type", type);
  }

  private static ObjectNode normalizer(JsonFields fields) {
    String type = fields.string("type");
    switch (type) {
      case "BertNormalizer":
        return typed(type)
            .put("clean_text", fields.bool("clean_text").orElse(true))
            .put("handle_chinese_chars", fields.bool("handle_chinese_chars").orElse(true))
            .put("strip_accents", fields.bool("strip_accents").orElse(null))
            .put("lowercase", fields.bool("lowercase").orElse(true));
      case "Lowercase", "NFC", "NFD", "NFKC", "NFKD", "StripAccents":
        return typed(type);
      case "Replace":
        return replace(fields);
      case "Precompiled":
        return precompiled(fields);
      case "Sequence":
        ObjectNode sequence = typed(type);
        ArrayNode parts = sequence.putArray("normalizers");
        fields.objects("normalizers").forEach(part -> parts.add(normalizer(part)));
        return sequence;
      default:
        throw fields.fault("the normalizer " + Faults.quote(type) + " is not supported");
    }
  }

  private static ObjectNode preTokenizer(JsonFields fields) {
    String type = fields.string("type");
    switch (type) {
      case "BertPreTokenizer", "Whitespace", "WhitespaceSplit":
        return typed(type);
      case "ByteLevel":
        return byteLevel(fields);
      case "Metaspace":
        return metaspace(fields);
      case "Sequence":
        ObjectNode sequence = typed(type);
        ArrayNode parts = sequence.putArray("pretokenizers");
        fields.objects("pretokenizers").forEach(part -> parts.add(preTokenizer(part)));
        return sequence;
      default:
        throw fields.fault("the pre-tokenizer " + Faults.quote(type) + " is not supported");
    }
  }
}
