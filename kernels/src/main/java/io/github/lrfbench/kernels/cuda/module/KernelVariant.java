package io.github.lrfbench.kernels.cuda.module;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A source file with the macros that are set while it is compiled.
 *
 * @param operation name of the file, without its ending
 * @param macros values by name, such as ELEMENT = half
 */
public record KernelVariant(String operation, SortedMap<String, String> macros) {
  /** Copies the macros. */
  public KernelVariant {
    macros = new TreeMap<>(macros);
  }

  /** A file without macros. */
  public static KernelVariant of(String operation) {
    return new KernelVariant(operation, new TreeMap<>());
  }

  /** This variant with one more macro. */
  public KernelVariant with(String name, Object value) {
    SortedMap<String, String> more = new TreeMap<>(macros);
    more.put(name, value.toString());
    return new KernelVariant(operation, more);
  }

  /** The macros as the compiler takes them. */
  List<String> options() {
    List<String> options = new ArrayList<>();
    for (Map.Entry<String, String> macro : macros.entrySet()) {
      options.add("-D" + macro.getKey() + "=" + macro.getValue());
    }
    return options;
  }

  @Override
  public String toString() {
    return operation
        + macros.entrySet().stream()
            .map(Object::toString)
            .collect(Collectors.joining(", ", " (", ")"));
  }
}
