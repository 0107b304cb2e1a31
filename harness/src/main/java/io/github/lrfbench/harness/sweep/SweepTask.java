package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.Task;
import io.github.lrfbench.harness.source.TaskInput;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;

/**
 * A task as one model sees it: the examples it is scored on, and, read when first asked for, those
 * it may learn from.
 */
final class SweepTask implements AutoCloseable {
  private final LoadedModel loaded;
  private final Task task;
  private final Evaluation evaluation;
  private final SweepConfig config;
  private final Path cache;
  private TrainingSet training;
  private String trainingHash;
  private Calibrator calibrator;
  private long calibratorSeed;

  SweepTask(LoadedModel loaded, Task task, Evaluation evaluation, SweepConfig config, Path cache) {
    this.loaded = loaded;
    this.task = task;
    this.evaluation = evaluation;
    this.config = config;
    this.cache = cache;
  }

  Evaluation evaluation() {
    return evaluation;
  }

  String name() {
    return task.name();
  }

  /**
   * The training examples.
   *
   * @throws InputException if the task has none, or the model no head to train
   */
  TrainingSet training() {
    if (training == null) {
      if (config.storage() != DType.F32) {
        throw new InputException(
            "methods that need data, and training, work in fp32 or tf32, not in " + config.dtype());
      }
      TaskInput data = task.loadTraining(config.source(cache), 0);
      training = data.examples(loaded.model(), loaded.tokenizer(), evaluation);
      trainingHash = data.sha256();
    }
    return training;
  }

  /** Statistics of the dense model on some of the training examples, which the seed chooses. */
  Calibrator calibrator(long seed) {
    if (calibrator != null && calibratorSeed != seed) {
      calibrator.close();
      calibrator = null;
    }
    if (calibrator == null) {
      TrainingSet examples = training();
      calibrator =
          Calibrator.on(
              loaded.model(),
              loaded.revision(),
              name() + evaluation.facts().identity(),
              trainingHash,
              examples,
              config.calibration(),
              config.maxLength(),
              seed,
              cache);
      calibratorSeed = seed;
    }
    return calibrator;
  }

  @Override
  public void close() {
    if (calibrator != null) {
      calibrator.close();
    }
  }
}
