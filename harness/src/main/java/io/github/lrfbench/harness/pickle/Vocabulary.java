package io.github.lrfbench.harness.pickle;

import java.util.List;

/** What a pickle may name beside Python's own data. */
public interface Vocabulary {
  /**
   * What stands for a class, a function (a {@link PickledClass}) or a constant.
   *
   * @throws io.github.lrfbench.kernels.InputException if pickles may not name it
   */
  Object global(String module, String name);

  /**
   * What lies outside of the pickle under an identifier.
   *
   * @throws io.github.lrfbench.kernels.InputException if there is nothing
   */
  Object persistent(List<Object> identifier);
}
