package io.github.lrfbench.harness.lora;

import java.util.Map;

/**
 * A number for every module: that of the first pattern that matches the end of its name, else the
 * usual one (PEFT's {@code rank_pattern} and {@code alpha_pattern}).
 *
 * @param usual where no pattern matches
 * @param patterns in the file's order
 */
record ModuleNumbers(double usual, Map<ModulePattern, Double> patterns) {
  /** The expression that PEFT makes of a key. */
  static String expression(String key) {
    return "(.*\\.)?(" + key + ")$";
  }

  /** The number of a module. */
  double of(String module) {
    return patterns.entrySet().stream()
        .filter(entry -> entry.getKey().matchesBeginning(module))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(usual);
  }
}
