package io.github.lrfbench.harness.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** What {@code config.json} calls a model's outputs. */
public final class OutputNames {
  /** More outputs than any classifier has. */
  private static final int MOST = 1 << 16;

  /** Names that say nothing but the number of the output. */
  private static final Pattern NUMBERED =
      Pattern.compile("(?:label[_ -]?)?[0-9]{1,4}", Pattern.CASE_INSENSITIVE);

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,4}");

  private OutputNames() {}

  /**
   * The names of the outputs, in the checkpoint's order: those of {@code id2label}, or where these
   * only number the outputs, those of {@code label2id}. An output without a name among named ones
   * is called nothing, which fits no task.
   */
  public static List<String> read(ConfigValues values) {
    Map<Integer, String> named = names(values);
    Map<Integer, String> inverse = inverseNames(values);
    int count = named.isEmpty() ? count(values, inverse.size()) : named.size();
    boolean numbered = named.values().stream().allMatch(name -> NUMBERED.matcher(name).matches());
    boolean told =
        inverse.size() == count
            && inverse.values().stream().noneMatch(name -> NUMBERED.matcher(name).matches());
    requireSame(values, named);
    Map<Integer, String> chosen = numbered && told ? inverse : named;
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      labels.add(chosen.getOrDefault(i, chosen.isEmpty() ? "LABEL_" + i : ""));
    }
    return List.copyOf(labels);
  }

  /** Names of so many outputs that say nothing but their numbers. */
  public static List<String> numbered(int count) {
    return IntStream.range(0, count).mapToObj(i -> "LABEL_" + i).toList();
  }

  /** Writes the names of the outputs, in the checkpoint's order. */
  public static void write(ObjectNode json, List<String> labels) {
    json.remove(List.of("id2label", "label2id", "num_labels"));
    ObjectNode names = json.putObject("id2label");
    ObjectNode numbers = json.putObject("label2id");
    for (int i = 0; i < labels.size(); i++) {
      names.put(Integer.toString(i), labels.get(i));
      numbers.put(labels.get(i), i);
    }
  }

  private static Map<Integer, String> names(ConfigValues values) {
    Map<Integer, String> names = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : object(values, "id2label").properties()) {
      if (names.put(number(values, "id2label", entry.getKey()), entry.getValue().asText())
          != null) {
        throw values.fault("'id2label' names output " + entry.getKey() + " twice");
      }
    }
    return names;
  }

  /** Names by number; of several for one number, which are synonyms, the first. */
  private static Map<Integer, String> inverseNames(ConfigValues values) {
    Map<Integer, String> names = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : object(values, "label2id").properties()) {
      names.putIfAbsent(number(values, "label2id", entry.getValue().asText()), entry.getKey());
    }
    return names;
  }

  private static JsonNode object(ConfigValues values, String key) {
    JsonNode value = values.json().path(key);
    if (!value.isObject() && !value.isMissingNode() && !value.isNull()) {
      throw values.fault(
          "'" + key + "' must be an object, but is " + Faults.quote(value.toString()));
    }
    return value;
  }

  private static int number(ConfigValues values, String key, String text) {
    if (!NUMBER.matcher(text).matches()) {
      throw values.fault("'" + key + "' must number the outputs, but has " + Faults.quote(text));
    }
    return Integer.parseInt(text);
  }

  private static int count(ConfigValues values, int inverse) {
    return values.integer("num_labels", inverse > 0 ? inverse : 2, 1, MOST);
  }

  /** Throws if a name stands for one output here and for another there. */
  private static void requireSame(ConfigValues values, Map<Integer, String> named) {
    for (Map.Entry<String, JsonNode> other : object(values, "label2id").properties()) {
      int number = number(values, "label2id", other.getValue().asText());
      for (Map.Entry<Integer, String> name : named.entrySet()) {
        if (name.getKey() != number && name.getValue().equalsIgnoreCase(other.getKey())) {
          throw values.fault(
              Faults.quote(name.getValue())
                  + " is output "
                  + name.getKey()
                  + " in 'id2label', but "
                  + number
                  + " in 'label2id'");
        }
      }
    }
  }
}
