package io.github.lrfbench.harness.djl;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Arguments of a criteria, which are texts, numbers or truth values.
 *
 * @param arguments by name
 */
record ArgumentReader(Map<String, ?> arguments) {
  boolean has(String name) {
    return arguments.get(name) != null;
  }

  /** A whole number; empty where there is none. */
  Optional<Integer> integer(String name) {
    return value(name, "a whole number", Integer::valueOf);
  }

  /** A number; empty where there is none. */
  Optional<Double> number(String name) {
    return value(name, "a number", Double::valueOf);
  }

  /** A truth value; empty where there is none. */
  Optional<Boolean> bool(String name) {
    return value(
        name,
        "true or false",
        text -> {
          if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException(text);
          }
          return text.equals("true");
        });
  }

  private <T> Optional<T> value(String name, String kind, Function<String, T> parser) {
    if (!has(name)) {
      return Optional.empty();
    }
    String text = arguments.get(name).toString();
    try {
      return Optional.of(parser.apply(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'" + name + "' must be " + kind + ", but is " + text, e);
    }
  }
}
