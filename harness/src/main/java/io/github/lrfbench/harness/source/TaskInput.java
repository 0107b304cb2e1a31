package io.github.lrfbench.harness.source;

import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.InputException;
import java.util.List;
import java.util.Optional;

/** Data of a task, read and ready to be tokenized for a model. */
public interface TaskInput {
  /** What it belongs to. */
  Task task();

  /** The file it comes from, for messages. */
  String source();

  /** Hash of the whole file's bytes, in hexadecimal. */
  String sha256();

  /** Whether it tells what is right, so that a model can be scored. */
  boolean isScored();

  /**
   * The same data to make a submission to GLUE's leaderboard of, of which outputs must not be
   * guessed to mean something.
   *
   * @throws InputException if it is not the whole test split of a task of GLUE
   */
  default TaskInput forSubmission() {
    throw new InputException("--submission: " + task().name() + " is no task of GLUE");
  }

  /** What to warn of where the data is not the official one. */
  Optional<String> deviation();

  /**
   * The data as a model is evaluated on it.
   *
   * @param outputNames what the checkpoint calls the model's outputs
   * @param seed of the bootstrap of standard errors
   * @throws io.github.lrfbench.kernels.InputException if the model does not fit the task, or what
   *     its outputs mean cannot be told
   */
  Evaluation evaluation(Model model, Tokenizer tokenizer, List<String> outputNames, long seed);

  /** The data as a dense model is evaluated on it that names its outputs itself. */
  default Evaluation evaluation(Model model, Tokenizer tokenizer, long seed) {
    return evaluation(model, tokenizer, model.info().labels(), seed);
  }

  /** The data as the model of a directory is evaluated on it, and its compressed versions. */
  default Evaluation evaluation(LoadedModel loaded, long seed) {
    return evaluation(loaded.model(), loaded.tokenizer(), seed);
  }

  /**
   * The data as a model is evaluated on it while it learns the task: outputs of which nothing is
   * known will mean what it is taught.
   */
  default Evaluation evaluation(TaskModel learner, long seed) {
    return evaluation(learner.model(), learner.tokenizer(), seed);
  }

  /**
   * The data as a model learns from it.
   *
   * @param evaluation of the same task and model, which knows what the model's outputs mean
   * @throws io.github.lrfbench.kernels.InputException if the model has no loss on the task
   */
  TrainingSet examples(Model model, Tokenizer tokenizer, Evaluation evaluation);
}
