package io.github.lrfbench.harness.evaluate;

import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.result.Prediction;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntConsumer;

/** The examples of a task, ready to be given to a model and its compressed versions. */
public interface Evaluation {
  /** What the examples are. */
  DataFacts facts();

  /** Names of what the model's outputs mean, in the model's order; empty if they are no classes. */
  default List<String> outputNames() {
    return List.of();
  }

  /** What the user should know of how the outputs are understood, a line each. */
  default List<String> notes() {
    return List.of();
  }

  /** What the user should know of a dense model's score, a line each. */
  default List<String> notes(Score score) {
    return List.of();
  }

  /**
   * The same with no more than some sequences given to the model at once, which changes nothing but
   * the speed, and the rounding of inputs whose outliers are those of a batch.
   *
   * @param sequences at least 1
   */
  default Evaluation inBatchesOf(int sequences) {
    return this;
  }

  /** What the last number is that {@link #run} reports. */
  int size();

  /**
   * What a model reads in one pass for each example, in their order; nothing where an example is
   * not read in one pass.
   */
  default List<TokenSequence> inputs() {
    return List.of();
  }

  /**
   * Runs a model over the examples.
   *
   * @param progress receives how much is done
   */
  Outcome run(Model model, IntConsumer progress);

  /** What came of it. */
  interface Outcome {
    /** How long it took. */
    double seconds();

    /**
     * How well the model did.
     *
     * @throws io.github.lrfbench.kernels.InputException if an example has no label or an output is
     *     not finite
     */
    Score score();

    /**
     * Writes what the model gave for each example, whole or not at all.
     *
     * @throws io.github.lrfbench.kernels.InputException if the file cannot be written, or the task
     *     has no predictions
     */
    void writePredictions(Path file);

    /** What the model gave for each example; nothing where a task has no predictions. */
    default List<Prediction> predictions() {
      return List.of();
    }

    /**
     * Writes a file as GLUE's leaderboard takes it into a directory, whole or not at all.
     *
     * @throws io.github.lrfbench.kernels.InputException if the examples are not the test split of a
     *     task of GLUE, an output is not finite, or the file cannot be written
     */
    default void writeSubmission(Path directory) {
      throw new InputException("--submission is for tasks of GLUE only");
    }
  }
}
