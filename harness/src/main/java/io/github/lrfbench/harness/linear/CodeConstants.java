package io.github.lrfbench.harness.linear;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.kernels.InputException;
import java.util.Set;

/** What a checkpoint's configuration tells of the codes of a module. */
final class CodeConstants {
  private final String module;
  private final JsonNode constants;

  /**
   * Constants of a module.
   *
   * @param known their names
   * @throws InputException if there is another
   */
  CodeConstants(String module, JsonNode constants, Set<String> known) {
    this.module = module;
    this.constants = constants;
    constants
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                throw new InputException(
                    module + " has the constant '" + name + "', which this version does not know");
              }
            });
  }

  /**
   * A number from 0 on.
   *
   * @param standard where there is none of the name
   * @throws InputException if it is something else
   */
  float threshold(String name, float standard) {
    JsonNode value = constants.path(name);
    if (value.isMissingNode()) {
      return standard;
    }
    float number = value.isNumber() ? value.floatValue() : Float.NaN;
    if (!(number >= 0) || number == Float.POSITIVE_INFINITY) {
      throw new InputException(module + " is said to have a " + name + " of " + value);
    }
    return number;
  }

  /**
   * A whole number.
   *
   * @param standard where there is none of the name
   * @throws InputException if it is something else
   */
  int number(String name, int standard) {
    JsonNode value = constants.path(name);
    if (value.isMissingNode()) {
      return standard;
    }
    if (!value.isInt()) {
      throw new InputException(
          module + " is said to hold codes of " + value + ", which is no whole number");
    }
    return value.intValue();
  }

  /**
   * Refuses what cannot be.
   *
   * @param said what the module is said to hold
   */
  void require(boolean possible, String said) {
    if (!possible) {
      throw new InputException(module + " is said to hold " + said);
    }
  }
}
