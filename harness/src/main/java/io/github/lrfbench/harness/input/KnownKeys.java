package io.github.lrfbench.harness.input;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What is known of the keys of a kind of JSON file that other programs write. Every key is read, or
 * is without effect on any result, or is refused unless it holds a value that changes nothing. Keys
 * that are not in the table are named to the user, for one of them may be what makes the other
 * program compute something else.
 */
public final class KnownKeys {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Map<String, Verdict> verdicts;

  private KnownKeys(Map<String, Verdict> verdicts) {
    this.verdicts = verdicts;
  }

  /** A table without keys. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that starts with the keys of this table. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.verdicts.putAll(verdicts);
    return builder;
  }

  /**
   * Holds a file against the table.
   *
   * @param notes is told of keys that are not in the table
   * @throws io.github.lrfbench.kernels.InputException if a key asks for what is not supported
   */
  public void check(Path file, ObjectNode object, Notes notes) {
    check(file, "", object, notes);
  }

  /**
   * Holds an object within a file against the table.
   *
   * @param path the object's name, put before those of its keys; empty for the whole file
   */
  public void check(Path file, String path, ObjectNode object, Notes notes) {
    List<String> unknown = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      String name = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
      Verdict verdict = verdicts.get(entry.getKey());
      if (verdict == null) {
        unknown.add(Faults.quote(name));
      } else if (!verdict.admits(entry.getValue())) {
        throw Faults.of(
            file,
            Faults.quote(name)
                + " is "
                + Faults.quote(entry.getValue().toString())
                + ", which is not supported"
                + verdict.reason());
      }
    }
    if (!unknown.isEmpty()) {
      notes.add(
          file,
          (unknown.size() == 1 ? "passes over the unknown key " : "passes over the unknown keys ")
              + String.join(", ", unknown));
    }
  }

  /** What may stand under a key. */
  private record Verdict(List<JsonNode> only, boolean emptyToo, String reason) {
    static final Verdict ANYTHING = new Verdict(null, true, "");

    boolean admits(JsonNode value) {
      return only == null
          || value.isNull()
          || emptyToo && isEmpty(value)
          || only.stream().anyMatch(allowed -> isSame(allowed, value));
    }

    private static boolean isEmpty(JsonNode value) {
      return value.isContainerNode() && value.isEmpty()
          || value.isBoolean() && !value.booleanValue();
    }

    /** 1 and 1.0 are the same. */
    private static boolean isSame(JsonNode allowed, JsonNode value) {
      return allowed.isNumber() && value.isNumber()
          ? allowed.doubleValue() == value.doubleValue()
          : allowed.equals(value);
    }
  }

  /** Collects keys. The last word on a key counts. */
  public static final class Builder {
    private final Map<String, Verdict> verdicts = new LinkedHashMap<>();

    private Builder() {}

    /** Keys whose values are looked at elsewhere. */
    public Builder read(String... keys) {
      return putAll(keys, Verdict.ANYTHING);
    }

    /** Keys that change no result, whatever they hold. */
    public Builder inert(String... keys) {
      return putAll(keys, Verdict.ANYTHING);
    }

    /** Keys that must be absent, null, false or empty. */
    public Builder refused(String... keys) {
      return putAll(keys, new Verdict(List.of(), true, ""));
    }

    /**
     * A key that must be absent, null or one of these.
     *
     * @param values texts, numbers and booleans
     */
    public Builder only(String key, Object... values) {
      List<JsonNode> nodes =
          Arrays.stream(values).map(value -> MAPPER.<JsonNode>valueToTree(value)).toList();
      String list =
          nodes.stream().map(JsonNode::toString).collect(Collectors.joining(" or ", "; only ", ""));
      return putAll(new String[] {key}, new Verdict(nodes, false, list + " is"));
    }

    private Builder putAll(String[] keys, Verdict verdict) {
      for (String key : keys) {
        verdicts.put(key, verdict);
      }
      return this;
    }

    /** The table. */
    public KnownKeys build() {
      return new KnownKeys(new LinkedHashMap<>(verdicts));
    }
  }
}
