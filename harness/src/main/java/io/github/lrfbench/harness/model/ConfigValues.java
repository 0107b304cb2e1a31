package io.github.lrfbench.harness.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.ops.Activation;
import java.nio.file.Path;

/**
 * Values of a Hugging Face {@code config.json} with their types and ranges checked; all methods
 * throw {@link InputException} where one is missing, wrong or not supported. A null counts as
 * absent.
 *
 * @param file for complaints
 * @param json what it holds
 */
public record ConfigValues(Path file, ObjectNode json) {
  /** No matrix of more rows or columns can be told from a slip. */
  private static final int LARGEST = 1 << 24;

  /** A complaint about the file. */
  public InputException fault(String text) {
    return Faults.of(file, text);
  }

  /** A positive integer that must be there. */
  public int positive(String key) {
    if (!json.hasNonNull(key)) {
      throw fault("'" + key + "' is missing");
    }
    return positive(key, 0);
  }

  /** A positive integer, or {@code otherwise}. */
  public int positive(String key, int otherwise) {
    return integer(key, otherwise, 1, LARGEST, "a positive integer, at most " + LARGEST);
  }

  /** An integer of a range, or {@code otherwise}. */
  public int integer(String key, int otherwise, int lowest, int highest) {
    return integer(key, otherwise, lowest, highest, "an integer from " + lowest + " to " + highest);
  }

  private int integer(String key, int otherwise, int lowest, int highest, String what) {
    if (!json.hasNonNull(key)) {
      return otherwise;
    }
    JsonNode value = json.get(key);
    boolean fits = value.isIntegralNumber() && value.canConvertToInt();
    if (!fits || value.intValue() < lowest || value.intValue() > highest) {
      throw wrong(key, what, value);
    }
    return value.intValue();
  }

  /** A finite number that is not negative, or {@code otherwise}. */
  public double number(String key, double otherwise) {
    if (!json.hasNonNull(key)) {
      return otherwise;
    }
    JsonNode value = json.get(key);
    if (!value.isNumber() || !(value.doubleValue() >= 0 && value.doubleValue() < 1e30)) {
      throw wrong(key, "a number that is not negative", value);
    }
    return value.doubleValue();
  }

  /** A rate of dropout, or {@code otherwise}. */
  public double rate(String key, double otherwise) {
    if (!json.hasNonNull(key)) {
      return otherwise;
    }
    JsonNode value = json.get(key);
    if (!value.isNumber() || !(value.doubleValue() >= 0 && value.doubleValue() < 1)) {
      throw wrong(key, "a number from 0 to 1", value);
    }
    return value.doubleValue();
  }

  /** A truth value, or {@code otherwise}. */
  public boolean flag(String key, boolean otherwise) {
    if (!json.hasNonNull(key)) {
      return otherwise;
    }
    if (!json.get(key).isBoolean()) {
      throw wrong(key, "true or false", json.get(key));
    }
    return json.get(key).booleanValue();
  }

  /** A text, or {@code otherwise}. */
  public String text(String key, String otherwise) {
    if (!json.hasNonNull(key)) {
      return otherwise;
    }
    if (!json.get(key).isTextual()) {
      throw wrong(key, "a text", json.get(key));
    }
    return json.get(key).textValue();
  }

  /** An activation by its name. */
  public Activation activation(String key, String otherwise) {
    String name = text(key, otherwise);
    return switch (name) {
      case "gelu", "gelu_python" -> Activation.GELU;
      // One formula, written in five ways.
      case "gelu_new", "gelu_fast", "gelu_accurate", "gelu_pytorch_tanh", "gelu_python_tanh" ->
          Activation.GELU_TANH;
      case "relu" -> Activation.RELU;
      case "tanh" -> Activation.TANH;
      case "linear" -> Activation.NONE;
      default ->
          throw fault("'" + key + "': the activation " + Faults.quote(name) + " is not supported");
    };
  }

  private InputException wrong(String key, String what, JsonNode value) {
    return fault("'" + key + "' must be " + what + ", but is " + Faults.quote(value.toString()));
  }
}
