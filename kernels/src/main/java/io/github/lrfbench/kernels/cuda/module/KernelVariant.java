package io.github.lrfbench.kernels.cuda.module;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * A source file with the macros that are set while it is compiled, such as ELEMENT = half. There is
 * one object for each: launches ask for one that is there, and look kernels up by it.
 */
public final class KernelVariant {
  private static final Map<String, KernelVariant> PLAIN = new ConcurrentHashMap<>();
  private static final Map<String, KernelVariant> ALL = new ConcurrentHashMap<>();

  private record Macro(String name, Object value) {}

  private final String operation;
  private final SortedMap<String, String> macros;
  private final Map<Macro, KernelVariant> extended = new ConcurrentHashMap<>();

  private KernelVariant(String operation, SortedMap<String, String> macros) {
    this.operation = operation;
    this.macros = macros;
  }

  /** A file without macros. */
  public static KernelVariant of(String operation) {
    return PLAIN.computeIfAbsent(operation, name -> only(name, new TreeMap<>()));
  }

  /** This variant with one more macro. */
  public KernelVariant with(String name, Object value) {
    return extended.computeIfAbsent(new Macro(name, value), this::with);
  }

  private KernelVariant with(Macro macro) {
    SortedMap<String, String> more = new TreeMap<>(macros);
    more.put(macro.name, macro.value.toString());
    return only(operation, more);
  }

  private static KernelVariant only(String operation, SortedMap<String, String> macros) {
    KernelVariant made = new KernelVariant(operation, macros);
    return ALL.computeIfAbsent(made.toString(), text -> made);
  }

  /** Name of the file, without its ending. */
  public String operation() {
    return operation;
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
