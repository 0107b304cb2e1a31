package io.github.lrfbench.harness.pickle;

import java.util.List;

/** What stands for a class or a function that a pickle may name. */
@FunctionalInterface
public interface PickledClass {
  /**
   * What a call of it gives.
   *
   * @throws io.github.lrfbench.kernels.InputException if the arguments make no sense
   */
  Object call(List<Object> arguments);
}
