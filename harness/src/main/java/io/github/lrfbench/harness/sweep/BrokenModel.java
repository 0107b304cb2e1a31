package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.measure.OutOfMemory;
import io.github.lrfbench.kernels.InputException;
import java.util.Objects;

/**
 * A model that cannot be run.
 *
 * @param lost what is known of it
 * @param loading whether it does not load; else it does not fit its tasks
 */
record BrokenModel(LostModel lost, Throwable failure, boolean loading) {
  boolean isInput() {
    return failure instanceof InputException;
  }

  String reason() {
    return OutOfMemory.isCauseOf(failure)
        ? OutOfMemory.describe(failure)
        : Objects.requireNonNullElse(failure.getMessage(), failure.getClass().getSimpleName());
  }

  void rethrow() {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) failure;
  }
}
