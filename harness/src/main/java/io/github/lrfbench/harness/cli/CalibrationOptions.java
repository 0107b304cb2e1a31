package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.evaluate.TaskEvaluation;
import io.github.lrfbench.harness.glue.GlueDataset;
import io.github.lrfbench.harness.glue.GlueTask;
import io.github.lrfbench.harness.glue.Split;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.harness.zoo.TaskData;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options that say what a method that needs data learns from. */
final class CalibrationOptions {
  @Option(
      names = "--calibration",
      paramLabel = "N",
      defaultValue = "1024",
      description =
          "Training examples that activations and Fisher information are collected on. Default: ${DEFAULT-VALUE}.")
  private int examples;

  /** How many examples to take at most. */
  int examples() {
    requireValid();
    return examples;
  }

  /**
   * Checks the option, before anything long is begun.
   *
   * @throws InputException if it names no example
   */
  void requireValid() {
    if (examples < 1) {
      throw new InputException("--calibration must be at least 1, but is " + examples);
    }
  }

  /**
   * Statistics of a model on some of a task's training examples.
   *
   * @param revision pins the model's weights
   * @param glue directory of the official data, or null
   */
  Calibrator open(
      Model model,
      Tokenizer tokenizer,
      String revision,
      GlueTask task,
      Path glue,
      int maxLength,
      long seed) {
    Path cache = Natives.cacheFolder();
    GlueDataset data = TaskData.load(task, Split.TRAIN, glue, cache, 0);
    TaskEvaluation prepared = TaskEvaluation.prepare(model, tokenizer, data, maxLength, seed);
    int length = Math.min(maxLength, model.info().maxLength());
    TrainingSet all = TrainingSet.of(data, tokenizer, prepared.labels(), length);
    return Calibrator.on(
        model, revision, task.name(), data.sha256(), all, examples(), maxLength, seed, cache);
  }
}
