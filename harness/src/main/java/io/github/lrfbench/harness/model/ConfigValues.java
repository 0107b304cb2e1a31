package io.github.lrfbench.harness.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Values of a Hugging Face {@code config.json} that several architectures have; all throw {@link
 * InputException} where one is missing, wrong or not supported.
 */
public final class ConfigValues {
  /** Names that say nothing but the number of the output. */
  private static final Pattern NUMBERED =
      Pattern.compile("(?:label[_ -]?)?[0-9]{1,4}", Pattern.CASE_INSENSITIVE);

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,4}");

  private ConfigValues() {}

  /** A positive integer that must be there. */
  public static int positive(JsonNode json, String key) {
    JsonNode value = json.get(key);
    if (value == null) {
      throw new InputException("config.json: '" + key + "' is missing");
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < 1) {
      throw new InputException(
          "config.json: '" + key + "' must be a positive integer, but is " + value);
    }
    return value.asInt();
  }

  /** A rate of dropout. */
  public static double rate(JsonNode json, String key, double otherwise) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isNumber() || !(value.asDouble() >= 0 && value.asDouble() < 1)) {
      throw new InputException(
          "config.json: '" + key + "' must be a number from 0 to 1, but is " + value);
    }
    return value.asDouble();
  }

  /** The activation of a name. */
  public static Activation activation(String name) {
    return switch (name) {
      case "gelu" -> Activation.GELU;
      case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> Activation.GELU_TANH;
      case "relu" -> Activation.RELU;
      default ->
          throw new InputException("config.json: the activation '" + name + "' is not supported");
    };
  }

  /**
   * The names of the outputs, in the checkpoint's order: those of {@code id2label}, or where these
   * only number the outputs, those of {@code label2id}. An output without a name among named ones
   * is called nothing, which fits no task.
   */
  public static List<String> labels(JsonNode json) {
    Map<Integer, String> named = names(json);
    Map<Integer, String> inverse = inverseNames(json);
    int count = named.isEmpty() ? count(json, inverse.size()) : named.size();
    boolean numbered = named.values().stream().allMatch(name -> NUMBERED.matcher(name).matches());
    boolean told =
        inverse.size() == count
            && inverse.values().stream().noneMatch(name -> NUMBERED.matcher(name).matches());
    if (!numbered && told) {
      requireSame(named, inverse);
    }
    Map<Integer, String> chosen = numbered && told ? inverse : named;
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      labels.add(chosen.getOrDefault(i, chosen.isEmpty() ? "LABEL_" + i : ""));
    }
    return List.copyOf(labels);
  }

  /** Writes the names of the outputs, in the checkpoint's order. */
  public static void nameOutputs(ObjectNode json, List<String> labels) {
    json.remove(List.of("id2label", "label2id", "num_labels"));
    ObjectNode names = json.putObject("id2label");
    ObjectNode numbers = json.putObject("label2id");
    for (int i = 0; i < labels.size(); i++) {
      names.put(Integer.toString(i), labels.get(i));
      numbers.put(labels.get(i), i);
    }
  }

  private static Map<Integer, String> names(JsonNode json) {
    Map<Integer, String> names = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : object(json, "id2label").properties()) {
      if (names.put(number("id2label", entry.getKey()), entry.getValue().asText()) != null) {
        throw new InputException(
            "config.json: 'id2label' names output " + entry.getKey() + " twice");
      }
    }
    return names;
  }

  /** Names by number; of several for one number, which are synonyms, the first. */
  private static Map<Integer, String> inverseNames(JsonNode json) {
    Map<Integer, String> names = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : object(json, "label2id").properties()) {
      names.putIfAbsent(number("label2id", entry.getValue().asText()), entry.getKey());
    }
    return names;
  }

  private static JsonNode object(JsonNode json, String key) {
    JsonNode value = json.path(key);
    if (!value.isObject() && !value.isMissingNode() && !value.isNull()) {
      throw new InputException("config.json: '" + key + "' must be an object, but is " + value);
    }
    return value;
  }

  private static int number(String key, String text) {
    if (!NUMBER.matcher(text).matches()) {
      throw new InputException(
          "config.json: '" + key + "' must number the outputs, but has " + OneLine.quote(text));
    }
    return Integer.parseInt(text);
  }

  private static int count(JsonNode json, int inverse) {
    if (json.hasNonNull("num_labels")) {
      return positive(json, "num_labels");
    }
    return inverse > 0 ? inverse : 2;
  }

  /** Throws if a name stands for one output here and for another there. */
  private static void requireSame(Map<Integer, String> named, Map<Integer, String> inverse) {
    for (Map.Entry<Integer, String> name : named.entrySet()) {
      for (Map.Entry<Integer, String> other : inverse.entrySet()) {
        if (!name.getKey().equals(other.getKey())
            && name.getValue().equalsIgnoreCase(other.getValue())) {
          throw new InputException(
              "config.json: "
                  + OneLine.quote(name.getValue())
                  + " is output "
                  + name.getKey()
                  + " in 'id2label', but "
                  + other.getKey()
                  + " in 'label2id'");
        }
      }
    }
  }
}
