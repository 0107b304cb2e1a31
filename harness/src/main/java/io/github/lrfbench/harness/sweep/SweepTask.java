package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.calibrate.ExampleSplit;
import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.Task;
import io.github.lrfbench.harness.source.TaskInput;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

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
  private final Map<ExampleKey, Calibrator> calibrators = new HashMap<>();
  private TrainingSet training;
  private TaskInput trainingInput;

  /** Which training examples statistics are collected on. */
  private record ExampleKey(long seed, int count) {}

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

  /** Whether a sweep writes the predictions for the task's examples. */
  boolean keepsPredictions() {
    return config.predictions().of(evaluation.facts().examples());
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
      if (config.storage(loaded.model().device()) != DType.F32) {
        throw new InputException(
            "methods that need data, and training, work in fp32 or tf32, not in " + config.dtype());
      }
      TaskInput data = task.loadTraining(config.source(cache), 0);
      training = data.examples(loaded.model(), loaded.tokenizer(), evaluation);
      trainingInput = data;
    }
    return training;
  }

  /** Hash of the training examples. */
  String trainingHash() {
    training();
    return trainingInput.sha256();
  }

  /**
   * How a variant's training examples are shared out.
   *
   * @throws InputException if there are too few
   */
  ExampleSplit split(Variant variant) {
    int all = training().size();
    return ExampleSplit.of(
        trainingInput.source(), all, config.calibration(), variant.job().heldOut());
  }

  /** Statistics of the dense model on some of the training examples, which the seed chooses. */
  Calibrator calibrator(Variant variant) {
    ExampleKey key = new ExampleKey(variant.seed(), split(variant).calibration());
    if (calibrators.keySet().stream().anyMatch(other -> other.seed() != key.seed())) {
      closeCalibrators();
    }
    return calibrators.computeIfAbsent(key, this::open);
  }

  private Calibrator open(ExampleKey key) {
    return Calibrator.on(
        loaded.model(),
        loaded.revision(),
        name() + evaluation.facts().identity(),
        trainingHash(),
        training(),
        key.count(),
        config.maxLength(),
        key.seed(),
        cache);
  }

  private void closeCalibrators() {
    calibrators.values().forEach(Calibrator::close);
    calibrators.clear();
  }

  @Override
  public void close() {
    closeCalibrators();
  }
}
