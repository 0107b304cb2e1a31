package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.evaluate.TaskEvaluation;
import io.github.lrfbench.harness.glue.GlueDataset;
import io.github.lrfbench.harness.glue.Split;
import io.github.lrfbench.harness.model.ModelInfo.Output;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.harness.zoo.LoadedModel;
import io.github.lrfbench.harness.zoo.TaskData;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;

/**
 * A task as one model sees it: the examples it is scored on, and, read when first asked for, those
 * it may learn from.
 */
final class SweepTask implements AutoCloseable {
  private final LoadedModel loaded;
  private final TaskEvaluation evaluation;
  private final SweepConfig config;
  private final Path cache;
  private TrainingSet training;
  private String trainingHash;
  private Calibrator calibrator;
  private long calibratorSeed;

  SweepTask(LoadedModel loaded, TaskEvaluation evaluation, SweepConfig config, Path cache) {
    this.loaded = loaded;
    this.evaluation = evaluation;
    this.config = config;
    this.cache = cache;
  }

  TaskEvaluation evaluation() {
    return evaluation;
  }

  String name() {
    return evaluation.dataset().task().name();
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
      if (loaded.model().info().output() == Output.EMBEDDING) {
        throw new InputException(
            "a sentence encoder has no loss on "
                + name()
                + "; fine-tune it with 'lrfbench finetune' first");
      }
      GlueDataset data =
          TaskData.load(evaluation.dataset().task(), Split.TRAIN, config.glue(), cache, 0);
      int maxLength = Math.min(config.maxLength(), loaded.model().info().maxLength());
      training = TrainingSet.of(data, loaded.tokenizer(), evaluation.labels(), maxLength);
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
              name(),
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
