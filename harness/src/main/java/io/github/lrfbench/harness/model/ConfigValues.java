package io.github.lrfbench.harness.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;

/**
 * Values of a Hugging Face {@code config.json} that several architectures have; all throw {@link
 * InputException} where one is missing, wrong or not supported.
 */
public final class ConfigValues {
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

  /** The names of the outputs, in the checkpoint's order. */
  public static List<String> labels(JsonNode json) {
    List<String> labels = new ArrayList<>();
    JsonNode named = json.path("id2label");
    int count = named.isObject() ? named.size() : json.path("num_labels").asInt(2);
    for (int i = 0; i < count; i++) {
      labels.add(named.path(Integer.toString(i)).asText("LABEL_" + i));
    }
    return List.copyOf(labels);
  }
}
