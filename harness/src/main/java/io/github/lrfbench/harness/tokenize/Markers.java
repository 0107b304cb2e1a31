package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** How the classes of transformers put special tokens around texts. */
final class Markers {
  private Markers() {}

  /** {@code [CLS] first [SEP]} of type 0, then {@code second [SEP]} of type 1. */
  static ObjectNode bert(String first, String separator, Map<String, Integer> ids) {
    ObjectNode template = template();
    ArrayNode single = template.putArray("single");
    ArrayNode pair = template.putArray("pair");
    for (ArrayNode pieces : List.of(single, pair)) {
      token(template, pieces, first, 0, ids);
      text(pieces, "A", 0);
      token(template, pieces, separator, 0, ids);
    }
    text(pair, "B", 1);
    token(template, pair, separator, 1, ids);
    return template;
  }

  /** {@code <s> first </s></s> second </s>}. */
  static ObjectNode roberta(String first, String separator, Map<String, Integer> ids) {
    ObjectNode processor = JsonNodeFactory.instance.objectNode().put("type", "RobertaProcessing");
    processor.putArray("sep").add(separator).add(ids.get(separator));
    processor.putArray("cls").add(first).add(ids.get(first));
    return processor;
  }

  /**
   * Every text between two tokens.
   *
   * @param begin or null
   * @param end or null
   */
  static ObjectNode around(String begin, String end, Map<String, Integer> ids) {
    ObjectNode template = template();
    ArrayNode single = template.putArray("single");
    ArrayNode pair = template.putArray("pair");
    around(template, single, begin, "A", end, 0, ids);
    around(template, pair, begin, "A", end, 0, ids);
    around(template, pair, begin, "B", end, 1, ids);
    return template;
  }

  private static void around(
      ObjectNode template,
      ArrayNode pieces,
      String begin,
      String text,
      String end,
      int type,
      Map<String, Integer> ids) {
    if (begin != null) {
      token(template, pieces, begin, type, ids);
    }
    text(pieces, text, type);
    if (end != null) {
      token(template, pieces, end, type, ids);
    }
  }

  private static ObjectNode template() {
    ObjectNode template = JsonNodeFactory.instance.objectNode().put("type", "TemplateProcessing");
    template.putObject("special_tokens");
    return template;
  }

  private static void text(ArrayNode pieces, String name, int type) {
    pieces.addObject().putObject("Sequence").put("id", name).put("type_id", type);
  }

  private static void token(
      ObjectNode template, ArrayNode pieces, String token, int type, Map<String, Integer> ids) {
    pieces.addObject().putObject("SpecialToken").put("id", token).put("type_id", type);
    ObjectNode special = template.withObject("/special_tokens").putObject(token).put("id", token);
    special.putArray("ids").add(ids.get(token));
    special.putArray("tokens").add(token);
  }
}
