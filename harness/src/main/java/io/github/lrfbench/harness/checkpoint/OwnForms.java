package io.github.lrfbench.harness.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * How a directory says that some of its matrices are in forms that no other program knows: the file
 * of its weights, and the type and class of the model in {@code config.json}, have names that are
 * ours. Others then refuse it, where they would draw at random what they do not find.
 */
final class OwnForms {
  /** In the place of {@link Checkpoint#WEIGHTS}. */
  static final String WEIGHTS = "lrfbench_model.safetensors";

  private static final String TYPE = "model_type";
  private static final String TYPE_PREFIX = "lrfbench-";
  private static final String CLASSES = "architectures";
  private static final String CLASS_PREFIX = "LrfBench";

  private OwnForms() {}

  /** Whether a configuration says so. */
  static boolean isMarked(JsonNode config) {
    return config.path(TYPE).asText("").startsWith(TYPE_PREFIX);
  }

  /** The name of the file of weights beside a configuration that this program wrote. */
  static String weights(JsonNode config) {
    return isMarked(config) ? WEIGHTS : Checkpoint.WEIGHTS;
  }

  /** Makes a configuration say so. */
  static void mark(ObjectNode config) {
    config.put(TYPE, TYPE_PREFIX + config.path(TYPE).asText(""));
    ArrayNode classes = config.arrayNode();
    config.path(CLASSES).forEach(name -> classes.add(CLASS_PREFIX + name.asText()));
    if (!classes.isEmpty()) {
      config.set(CLASSES, classes);
    }
  }

  /** Gives a configuration that says so the names that everyone knows; leaves others alone. */
  static void unmark(ObjectNode config) {
    if (!isMarked(config)) {
      return;
    }
    config.put(TYPE, config.path(TYPE).asText().substring(TYPE_PREFIX.length()));
    ArrayNode classes = config.arrayNode();
    config.path(CLASSES).forEach(name -> classes.add(unmarked(name.asText())));
    if (config.has(CLASSES)) {
      config.set(CLASSES, classes);
    }
  }

  private static String unmarked(String name) {
    return name.startsWith(CLASS_PREFIX) ? name.substring(CLASS_PREFIX.length()) : name;
  }
}
