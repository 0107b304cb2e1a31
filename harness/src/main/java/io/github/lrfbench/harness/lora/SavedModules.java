package io.github.lrfbench.harness.lora;

import java.util.List;

/**
 * Modules that an adapter holds whole, by PEFT's rules.
 *
 * @param names ends of the names of modules; what is in such a module counts too
 * @param guards the names as the patterns that keep factors away
 */
record SavedModules(List<String> names, List<ModulePattern> guards) {
  /** The expression that PEFT makes of a name. */
  static String expression(String name) {
    return "(^|.*\\.)" + name + "($|\\..*)";
  }

  /** Whether a module is held whole: it, or a module around it, ends with one of the names. */
  static boolean holds(List<String> names, String module) {
    int end = module.indexOf('.');
    while (end >= 0) {
      String around = module.substring(0, end);
      if (names.stream().anyMatch(around::endsWith)) {
        return true;
      }
      end = module.indexOf('.', end + 1);
    }
    return names.stream().anyMatch(module::endsWith);
  }

  boolean holds(String module) {
    return holds(names, module);
  }

  /** Whether a module is one of the names, or within one, and thus gets no factors. */
  boolean guards(String module) {
    return guards.stream().anyMatch(guard -> guard.matchesBeginning(module));
  }
}
