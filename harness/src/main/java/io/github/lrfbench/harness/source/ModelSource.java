package io.github.lrfbench.harness.source;

import java.nio.file.Path;

/** Where the directories of a model come from that the user has named. */
public interface ModelSource {
  /** The name as the user gave it. */
  String name();

  /**
   * The checkpoint directory of the model for a task; most models have one for all tasks.
   *
   * @throws io.github.lrfbench.kernels.InputException if there is none
   */
  Path directory(String task);
}
