package io.github.lrfbench.harness.source;

import io.github.lrfbench.harness.glue.Split;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.List;

/** A task that users can name: what a model is evaluated on, and may be trained on. */
public interface Task {
  /** What {@code --task} calls it. */
  String name();

  /** One line for users: what it asks, how it is scored, where its data is. */
  String description();

  /**
   * Reads the data that models are compared on.
   *
   * @param limit first examples to take; 0 takes all
   * @throws io.github.lrfbench.kernels.InputException if it is missing or wrong
   */
  TaskInput load(DataSource source, int limit);

  /**
   * Reads a split of the task's data.
   *
   * @param limit first examples to take; 0 takes all
   * @throws io.github.lrfbench.kernels.InputException if it is missing or wrong, or the task's data
   *     is not split so
   */
  default TaskInput load(Split split, DataSource source, int limit) {
    throw new InputException("--split is for tasks of GLUE, not for " + name());
  }

  /**
   * Reads the data that models may learn from.
   *
   * @param limit first examples to take; 0 takes all
   * @throws io.github.lrfbench.kernels.InputException if there is none, or it is wrong
   */
  TaskInput loadTraining(DataSource source, int limit);

  /**
   * What the outputs of a dense model mean, if it does not name them and its predictions for the
   * task's data tell it.
   *
   * @return names in the model's order; empty if they are named, or nothing tells their meaning
   */
  default List<String> findOutputNames(LoadedModel dense, DataSource source) {
    return List.of();
  }

  /**
   * Opens a checkpoint for training on the task. A head that does not fit is drawn anew.
   *
   * @throws io.github.lrfbench.kernels.InputException if something is missing or wrong
   */
  TaskModel open(Path directory, TrainingStart start, Device device);
}
