package io.github.lrfbench.harness.lora;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which modules get factors, by the rules of PEFT's {@code check_target_module_exists}.
 *
 * @param named the modules that {@code target_modules} names
 * @param excluded those that {@code exclude_modules} names
 * @param saved modules that are held whole, and thus get none
 * @param layers {@code layers_to_transform}; empty for all
 * @param layerPatterns find the number of a module's layer, the group {@code idx}
 */
record Targets(
    Names named,
    Names excluded,
    SavedModules saved,
    Set<Integer> layers,
    List<ModulePattern> layerPatterns) {

  /** A set of modules. */
  sealed interface Names {
    /** Whether a module is one of them, whatever its layer. */
    boolean has(String module);

    /** Whether a module is named by its whole path. */
    boolean hasExactly(String module);
  }

  /** Modules by their names, or by the ends of these after a dot. */
  record Ends(Set<String> ends) implements Names {
    @Override
    public boolean has(String module) {
      return hasExactly(module) || ends.stream().anyMatch(end -> module.endsWith("." + end));
    }

    @Override
    public boolean hasExactly(String module) {
      return ends.contains(module);
    }
  }

  /** Modules by a pattern of their whole names. */
  record Matching(ModulePattern pattern) implements Names {
    @Override
    public boolean has(String module) {
      return hasExactly(module);
    }

    @Override
    public boolean hasExactly(String module) {
      return pattern.matchesWhole(module);
    }
  }

  /** All linear modules but the output layer. */
  record AllLinear(Set<String> outputs) implements Names {
    @Override
    public boolean has(String module) {
      return hasExactly(module);
    }

    @Override
    public boolean hasExactly(String module) {
      return !outputs.contains(module);
    }
  }

  /** Whether a linear module gets factors. */
  boolean has(String module) {
    if (excluded.has(module) || saved.guards(module)) {
      return false;
    }
    return named.hasExactly(module) || named.has(module) && isInLayers(module);
  }

  private boolean isInLayers(String module) {
    if (layers.isEmpty()) {
      return true;
    }
    // PEFT takes the first pattern that finds a number.
    return layerPatterns.stream()
        .map(pattern -> pattern.group("idx", module))
        .filter(Optional::isPresent)
        .findFirst()
        .flatMap(number -> number)
        .map(Targets::parse)
        .filter(layers::contains)
        .isPresent();
  }

  private static Integer parse(String digits) {
    return digits.length() > 9 ? -1 : Integer.parseInt(digits);
  }
}
