package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.exits.EarlyExit;
import io.github.lrfbench.harness.exits.ExitModel;
import io.github.lrfbench.harness.exits.ExitPolicy;
import io.github.lrfbench.harness.exits.ExitTraining;
import io.github.lrfbench.harness.exits.Exits;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.source.TaskModel;
import io.github.lrfbench.kernels.InputException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Option;

/** The option of a training that makes early exits. */
@OptionTopic.Of(OptionTopic.TRAINING)
final class ExitsOption {
  @Option(
      names = "--exits",
      paramLabel = "HOW",
      description =
          "Train a classifier after every block, at which 'eval --exit' and 'sweep --exit' may stop: two-stage (DeeBERT), of a "
              + "model that is fine-tuned already and stays as it is; or joint (PABEE), together with the model. Exits that "
              + "the model has are replaced.")
  private String how;

  /** Whether it is asked for. */
  boolean isGiven() {
    return how != null;
  }

  /** The name that the checkpoint tells. */
  String label() {
    return training().label();
  }

  private ExitTraining training() {
    return ExitTraining.parse("--exits", how);
  }

  /**
   * Checks what it goes with, before anything long is begun.
   *
   * @throws InputException if it is not known, or something else is trained
   */
  void requireNothingElse(boolean adapting, boolean prepares) {
    if (isGiven()) {
      training();
      if (adapting || prepares) {
        throw new InputException(
            "--exits trains classifiers of a model, not with "
                + (adapting ? "--lora-r" : "--prehab"));
      }
    }
  }

  /**
   * The model with exits, and its configuration with what tells of them; null where they are not
   * asked for.
   *
   * @param model what the source became, open until the exits are closed
   * @throws InputException if the model is not ready
   */
  ExitModel attach(TaskModel source, Model model, long seed) {
    if (!isGiven()) {
      return null;
    }
    if (training() == ExitTraining.TWO_STAGE && !source.drawn().isEmpty()) {
      throw new InputException(
          "--exits two-stage leaves the model as it is, but its head is drawn anew; fine-tune it"
              + " first, or give --exits joint");
    }
    ExitModel exits = ExitModel.draw(model.with(Map.of()), training(), seed);
    Exits.tell(source.config(), training());
    return exits;
  }

  /** Prints how good each exit is by itself; the last is the model's own head. */
  static void report(ExitModel model, Evaluation evaluation, PrintWriter stdout) {
    int blocks = model.blocks().size();
    for (int block = 1; block <= blocks; block++) {
      try (Model cut = new EarlyExit(model, new ExitPolicy.Layer(block))) {
        double metric = evaluation.run(cut, done -> {}).score().metric();
        stdout.printf(Locale.ROOT, "exit_%d_metric\t%.6f%n", block, metric);
      }
    }
  }

  /** The policies of texts, each once. */
  static List<ExitPolicy> policies(List<String> texts) {
    return texts.stream().map(ExitPolicy::parse).distinct().toList();
  }
}
