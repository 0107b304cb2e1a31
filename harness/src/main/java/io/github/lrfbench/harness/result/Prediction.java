package io.github.lrfbench.harness.result;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a model gave for one example: a line of a cell's file of predictions.
 *
 * @param index the example's row in its data file, from 0
 * @param prediction the name of a label, a score, or a text
 * @param logits what the model put out, in the checkpoint's order; empty of a text
 * @param gold what is right, of the same kind as the prediction; null where that is not known
 */
public record Prediction(int index, Object prediction, List<Float> logits, Object gold) {
  /** Copies the outputs. */
  public Prediction {
    logits = List.copyOf(logits);
  }

  /** The line, without its end. */
  String line() {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("index", index);
    object.put("prediction", prediction);
    if (!logits.isEmpty()) {
      object.put("logits", logits);
    }
    if (gold != null) {
      object.put("gold", gold);
    }
    return Json.printCompact(object);
  }

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException if it is no prediction
   */
  static Prediction parse(String line) {
    Map<String, Object> object = Json.parseObject(line);
    if (!(object.get("index") instanceof Integer index)) {
      throw new IllegalArgumentException("there is no index");
    }
    if (!(object.get("logits") instanceof List<?> logits)) {
      return new Prediction(index, value(object, "prediction"), List.of(), object.get("gold"));
    }
    if (!logits.stream().allMatch(Number.class::isInstance)) {
      throw new IllegalArgumentException("logits are no numbers");
    }
    List<Float> outputs = logits.stream().map(logit -> ((Number) logit).floatValue()).toList();
    return new Prediction(index, value(object, "prediction"), outputs, object.get("gold"));
  }

  private static Object value(Map<String, Object> object, String name) {
    Object value = object.get(name);
    if (value instanceof String || value instanceof Number) {
      return value;
    }
    throw new IllegalArgumentException("there is no " + name);
  }
}
