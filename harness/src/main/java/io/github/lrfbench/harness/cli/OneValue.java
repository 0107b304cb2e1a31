package io.github.lrfbench.harness.cli;

import io.github.lrfbench.kernels.InputException;
import java.util.List;

/** Options that take several values in a sweep, where one is meant. */
final class OneValue {
  private OneValue() {}

  /**
   * The one value.
   *
   * @throws InputException if there are several
   */
  static <T> T of(String option, List<T> values) {
    if (values.size() != 1) {
      throw new InputException("give one " + option + "; only a sweep takes several");
    }
    return values.get(0);
  }

  /** The one value, or null where none is given. */
  static <T> T orNull(String option, List<T> values) {
    return values.isEmpty() ? null : of(option, values);
  }
}
