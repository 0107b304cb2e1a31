package io.github.lrfbench.harness.compress.spi;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The values of all options of a method.
 *
 * @param values by name, in the order in which the method declares its options
 */
public record MethodOptions(Map<String, String> values) {
  /** No options. */
  public static final MethodOptions NONE = new MethodOptions(Map.of());

  /** What options are where the user gives none. */
  static MethodOptions standard(List<MethodOption> options) {
    Map<String, String> values = new LinkedHashMap<>();
    options.forEach(option -> values.put(option.name(), option.standard()));
    return new MethodOptions(values);
  }

  /** The value of an option that the method declares. */
  public String text(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the method declares no option " + name);
    }
    return value;
  }

  /** The value of an option that is a number. */
  public double number(String name) {
    return Double.parseDouble(text(name));
  }

  /** The value of an option that is a whole number. */
  public int count(String name) {
    return Integer.parseInt(text(name));
  }

  /** The value of an option that is yes or no. */
  public boolean flag(String name) {
    return Boolean.parseBoolean(text(name));
  }

  /** Whether the method declares an option, and it has this value. */
  public boolean is(String name, String value) {
    return value.equals(values.get(name));
  }
}
