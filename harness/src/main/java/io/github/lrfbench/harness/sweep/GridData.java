package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.source.TaskInput;
import io.github.lrfbench.kernels.InputException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The data of all grids of one call. Their rows lie in one directory, and a cell's id does not tell
 * its data where the task's name does, so each task is of one data in all of them.
 */
public final class GridData {
  private final Map<List<String>, TaskInput> first = new HashMap<>();

  /**
   * Adds what a grid reads.
   *
   * @param use what it is read for, such as {@code evaluation}
   * @throws InputException if a grid before it reads other data for that
   */
  void add(TaskInput input, String use) {
    String task = input.task().name();
    List<String> key = List.of(use, task, input.isNamedInCells() ? input.sha256() : "");
    TaskInput before = first.putIfAbsent(key, input);
    if (before != null && !before.sha256().equals(input.sha256())) {
      throw new InputException(
          input.source()
              + ": is not the data that another grid has for the "
              + use
              + " of "
              + task
              + ", "
              + before.source()
              + "; give each a sweep and an --out of its own");
    }
  }
}
