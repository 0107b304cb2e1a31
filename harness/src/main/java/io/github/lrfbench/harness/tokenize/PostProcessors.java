package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFields;
import java.util.Set;
import java.util.TreeSet;

/** Checks how a tokenizer puts special tokens around texts. */
final class PostProcessors {
  private final int vocabularySize;

  PostProcessors(int vocabularySize) {
    this.vocabularySize = vocabularySize;
  }

  /** The post-processor in a field, rebuilt; null where there is none. */
  JsonNode check(JsonFields parent, String name) {
    return parent.has(name) ? processor(parent.object(name)) : NullNode.instance;
  }

  private ObjectNode processor(JsonFields fields) {
    String type = fields.string("type");
    switch (type) {
      case "ByteLevel":
        return Components.byteLevel(fields);
      case "BertProcessing":
        return markers(type, fields);
      case "RobertaProcessing":
        return markers(type, fields)
            .put("trim_offsets", fields.bool("trim_offsets").orElse(true))
            .put("add_prefix_space", fields.bool("add_prefix_space").orElse(true));
      case "TemplateProcessing":
        return template(fields);
      case "Sequence":
        ObjectNode sequence = Components.typed(type);
        ArrayNode parts = sequence.putArray("processors");
        fields.objects("processors").forEach(part -> parts.add(processor(part)));
        return sequence;
      default:
        throw fields.fault("the post-processor " + Faults.quote(type) + " is not supported");
    }
  }

  private ObjectNode markers(String type, JsonFields fields) {
    ObjectNode json = Components.typed(type);
    for (String name : new String[] {"sep", "cls"}) {
      JsonNode marker = fields.array(name);
      if (marker.size() != 2 || !marker.get(0).isTextual() || !isToken(marker.get(1))) {
        throw fields.fault(fields.pathOf(name) + " must be a token and its id");
      }
      json.set(name, marker);
    }
    return json;
  }

  private ObjectNode template(JsonFields fields) {
    ObjectNode json = Components.typed("TemplateProcessing");
    ObjectNode specials = json.putObject("special_tokens");
    JsonFields given = fields.object("special_tokens");
    for (String name : given.names()) {
      specials.set(name, special(given.object(name), name));
    }
    json.set("single", pieces(fields, "single", Set.of("A"), specials));
    json.set("pair", pieces(fields, "pair", Set.of("A", "B"), specials));
    return json;
  }

  private ObjectNode special(JsonFields fields, String name) {
    JsonNode ids = fields.array("ids");
    JsonNode tokens = fields.array("tokens");
    boolean fits = ids.size() == tokens.size() && fields.string("id").equals(name);
    for (int i = 0; fits && i < ids.size(); i++) {
      fits = isToken(ids.get(i)) && tokens.get(i).isTextual();
    }
    if (!fits) {
      throw fields.fault("the special token " + Faults.quote(name) + " is not well formed");
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("id", name);
    json.set("ids", ids);
    json.set("tokens", tokens);
    return json;
  }

  private ArrayNode pieces(JsonFields fields, String name, Set<String> texts, ObjectNode specials) {
    ArrayNode pieces = JsonNodeFactory.instance.arrayNode();
    Set<String> seen = new TreeSet<>();
    for (JsonFields piece : fields.objects(name)) {
      boolean text = piece.has("Sequence");
      String kind = text ? "Sequence" : "SpecialToken";
      JsonFields content = piece.object(kind);
      String id = content.string("id");
      if (text ? !seen.add(id) : !specials.has(id)) {
        throw fields.fault(fields.pathOf(name) + " names " + Faults.quote(id) + " wrongly");
      }
      pieces.addObject().putObject(kind).put("id", id).put("type_id", content.index("type_id"));
    }
    if (!seen.equals(texts)) {
      throw fields.fault(fields.pathOf(name) + " must hold the texts " + new TreeSet<>(texts));
    }
    return pieces;
  }

  private boolean isToken(JsonNode id) {
    return JsonFields.isIndex(id) && id.intValue() < vocabularySize;
  }
}
