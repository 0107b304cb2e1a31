package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFields;
import io.github.lrfbench.harness.tokenize.Frame.Piece;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads from a {@code tokenizer.json} how special tokens stand around texts. The native library is
 * not asked to put them there: it ends the process on some that are not well formed.
 */
final class PostProcessors {
  private static final int MOST_MARKERS = 1000;

  private final int vocabularySize;

  PostProcessors(int vocabularySize) {
    this.vocabularySize = vocabularySize;
  }

  /** The post-processor in a field. */
  Frame read(JsonFields parent, String name) {
    Frame frame = parent.has(name) ? processor(parent.object(name)) : null;
    return frame == null ? Frame.NONE : frame;
  }

  /** What a post-processor does; null if it adds no tokens. */
  private Frame processor(JsonFields fields) {
    String type = fields.string("type");
    return switch (type) {
      case "ByteLevel" -> null;
      case "BertProcessing" -> Frame.bert(marker(fields, "cls"), marker(fields, "sep"));
      case "RobertaProcessing" -> Frame.roberta(marker(fields, "cls"), marker(fields, "sep"));
      case "TemplateProcessing" -> template(fields);
      case "Sequence" -> sequence(fields);
      default ->
          throw fields.fault("the post-processor " + Faults.quote(type) + " is not supported");
    };
  }

  private Frame sequence(JsonFields fields) {
    Frame frame = null;
    for (JsonFields part : fields.objects("processors")) {
      Frame next = processor(part);
      if (frame != null && next != null) {
        throw fields.fault(fields.pathOf("processors") + " adds special tokens twice");
      }
      frame = next == null ? frame : next;
    }
    return frame;
  }

  private int marker(JsonFields fields, String name) {
    JsonNode marker = fields.array(name);
    if (marker.size() != 2 || !marker.get(0).isTextual() || !isToken(marker.get(1))) {
      throw fields.fault(fields.pathOf(name) + " must be a token and its id");
    }
    return marker.get(1).intValue();
  }

  private Frame template(JsonFields fields) {
    Map<String, List<Integer>> specials = new HashMap<>();
    JsonFields given = fields.object("special_tokens");
    for (String name : given.names()) {
      specials.put(name, special(given.object(name), name));
    }
    Frame frame =
        new Frame(
            pieces(fields, "single", Set.of("A"), specials),
            pieces(fields, "pair", Set.of("A", "B"), specials));
    if (frame.size(false) > MOST_MARKERS || frame.size(true) > MOST_MARKERS) {
      throw fields.fault("more than " + MOST_MARKERS + " special tokens around a text");
    }
    return frame;
  }

  private List<Integer> special(JsonFields fields, String name) {
    JsonNode ids = fields.array("ids");
    JsonNode tokens = fields.array("tokens");
    boolean fits = ids.size() == tokens.size() && fields.string("id").equals(name);
    for (int i = 0; fits && i < ids.size(); i++) {
      fits = isToken(ids.get(i)) && tokens.get(i).isTextual();
    }
    if (!fits) {
      throw fields.fault("the special token " + Faults.quote(name) + " is not well formed");
    }
    List<Integer> list = new ArrayList<>();
    ids.forEach(id -> list.add(id.intValue()));
    return list;
  }

  private static List<Piece> pieces(
      JsonFields fields, String name, Set<String> texts, Map<String, List<Integer>> specials) {
    List<Piece> pieces = new ArrayList<>();
    Set<String> seen = new TreeSet<>();
    for (JsonFields piece : fields.objects(name)) {
      boolean text = piece.has("Sequence");
      JsonFields content = piece.object(text ? "Sequence" : "SpecialToken");
      String id = content.string("id");
      if (text ? !seen.add(id) : !specials.containsKey(id)) {
        throw fields.fault(fields.pathOf(name) + " names " + Faults.quote(id) + " wrongly");
      }
      int type = content.index("type_id");
      pieces.add(text ? Piece.text(id.equals("B"), type) : Piece.tokens(specials.get(id), type));
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
