package io.github.lrfbench.harness.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.calibrate.ExampleSplit;
import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.source.DataSource;
import io.github.lrfbench.harness.source.Task;
import io.github.lrfbench.harness.source.TaskInput;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** Options that say what a method that needs data learns from. */
@OptionTopic.Of(OptionTopic.COMPRESSION)
final class CalibrationOptions {
  @Option(
      names = "--calibration",
      paramLabel = "N",
      split = ",",
      defaultValue = "1024",
      description =
          "Training examples that activations and Fisher information are collected on; fewer where a method chooses by others and a fifth would not be left. Default: ${DEFAULT-VALUE}. Repeatable in a sweep.")
  private List<Integer> counts = new ArrayList<>();

  /** What {@link #learned} tells; null before there are statistics. */
  private ObjectNode learned;

  /** How many examples to take at most. */
  int examples() {
    requireValid();
    return OneValue.of("--calibration", counts);
  }

  /**
   * Checks the option, before anything long is begun.
   *
   * @throws InputException if it names no example
   */
  void requireValid() {
    int examples = OneValue.of("--calibration", counts);
    if (examples < 1) {
      throw new InputException("--calibration must be at least 1, but is " + examples);
    }
  }

  /** The examples of the latest statistics, as a checkpoint tells them; empty without such. */
  Optional<ObjectNode> learned() {
    return Optional.ofNullable(learned);
  }

  /**
   * Statistics of a model on some of a task's training examples.
   *
   * @param revision pins the model's weights
   * @param evaluations knows what the model's outputs mean
   * @param heldOut how many other examples are to be held out; 0 for none
   * @param seed chooses the examples
   */
  Calibrator open(
      Model model,
      Tokenizer tokenizer,
      String revision,
      Task task,
      DataSource source,
      Function<TaskInput, Evaluation> evaluations,
      int heldOut,
      long seed) {
    TaskInput data = task.loadTraining(source, 0);
    Evaluation prepared = evaluations.apply(data);
    TrainingSet all = data.examples(model, tokenizer, prepared);
    int count = ExampleSplit.of(data.source(), all.size(), examples(), heldOut).calibration();
    learned = JsonNodeFactory.instance.objectNode();
    learned.put("task", task.name()).put("examples", Math.min(count, all.size()));
    learned.put("max_length", source.maxLength()).put("train_hash", data.sha256());
    return Calibrator.on(
        model,
        revision,
        task.name() + prepared.facts().identity(),
        data.sha256(),
        all,
        count,
        source.maxLength(),
        seed,
        source.cache());
  }
}
