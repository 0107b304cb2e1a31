package io.github.lrfbench.harness.input;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The fields of an object in a JSON file, with their types checked. */
public final class JsonFields {
  private final Path file;
  private final String path;
  private final JsonNode node;

  private JsonFields(Path file, String path, JsonNode node) {
    this.file = file;
    this.path = path;
    this.node = node;
  }

  /** The fields of the object that a file holds. */
  public static JsonFields of(Path file, ObjectNode object) {
    return new JsonFields(file, "", object);
  }

  /** True if the field is there and not null. */
  public boolean has(String name) {
    return node.hasNonNull(name);
  }

  /** A string. */
  public String string(String name) {
    return require(name, "a string", value(name).isTextual()).textValue();
  }

  /** A string, or {@code orElse} where the field is absent or null. */
  public String string(String name, String orElse) {
    return has(name) ? string(name) : orElse;
  }

  /** A boolean, or nothing where the field is absent or null. */
  public Optional<Boolean> bool(String name) {
    return has(name)
        ? Optional.of(require(name, "true or false", value(name).isBoolean()).booleanValue())
        : Optional.empty();
  }

  /** An integer from 0 to {@code Integer.MAX_VALUE - 1}, so that a size can be made of it. */
  public int index(String name) {
    return require(name, "an index", isIndex(value(name))).intValue();
  }

  /** A number. */
  public double number(String name) {
    return require(name, "a number", value(name).isNumber()).doubleValue();
  }

  /** An object. */
  public JsonFields object(String name) {
    return child(name, require(name, "an object", value(name).isObject()));
  }

  /** The objects of an array. */
  public List<JsonFields> objects(String name) {
    JsonNode array = array(name);
    List<JsonFields> objects = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      objects.add(element(name, i));
    }
    return objects;
  }

  /** The object that is an element of an array. */
  public JsonFields element(String name, int index) {
    String child = name + "[" + index + "]";
    JsonNode value = array(name).path(index);
    if (!value.isObject()) {
      throw fault(pathOf(child) + " must be an object");
    }
    return child(child, value);
  }

  /** An array of anything. */
  public JsonNode array(String name) {
    return require(name, "an array", value(name).isArray());
  }

  /** What a field holds; a missing node where it is absent. */
  public JsonNode value(String name) {
    return node.path(name);
  }

  /** The names of the fields, in the file's order. */
  public List<String> names() {
    return node.properties().stream().map(Map.Entry::getKey).toList();
  }

  /** True if the node is an integer from 0 to {@code Integer.MAX_VALUE - 1}. */
  public static boolean isIndex(JsonNode node) {
    return node.isIntegralNumber()
        && node.canConvertToInt()
        && node.intValue() >= 0
        && node.intValue() < Integer.MAX_VALUE;
  }

  /** A complaint about the file. */
  public InputException fault(String text) {
    return Faults.of(file, text);
  }

  /** Where a field is, for a complaint. */
  public String pathOf(String name) {
    return Faults.quote(path.isEmpty() ? name : path + "." + name);
  }

  private JsonFields child(String name, JsonNode value) {
    return new JsonFields(file, path.isEmpty() ? name : path + "." + name, value);
  }

  private JsonNode require(String name, String what, boolean fits) {
    if (!node.has(name)) {
      throw fault(pathOf(name) + " is missing");
    }
    if (!fits) {
      throw fault(pathOf(name) + " must be " + what);
    }
    return node.get(name);
  }
}
