package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.evaluate.TaskEvaluation;
import io.github.lrfbench.harness.glue.GlueDataset;
import io.github.lrfbench.harness.glue.GlueScore;
import io.github.lrfbench.harness.glue.GlueTask;
import io.github.lrfbench.harness.glue.PredictionsFile;
import io.github.lrfbench.harness.lora.LoraAdapter;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo.Output;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.harness.zoo.LoadedModel;
import io.github.lrfbench.harness.zoo.TaskData;
import io.github.lrfbench.harness.zoo.TaskModel;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code eval}: one model on one task. */
@Command(
    name = "eval",
    description = "Evaluates one model on one task; measures no latency.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Prints a line for each value: name, tab, value. The predictions are tab-separated: index, prediction,",
      "then one column per label with its logit, in the checkpoint's label order.",
      "",
      "Example: lrfbench eval --model ./bert-rte --task rte --glue ./glue_data --predictions rte.tsv"
    })
final class EvalCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "M",
      description =
          "A model directory (compressed ones included), hf:owner/name[@revision], or demo:bert.")
  private String model;

  @Option(
      names = "--task",
      required = true,
      paramLabel = "T",
      description = "See 'lrfbench list tasks'.")
  private String task;

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "Add a LoRA adapter for this task to the model: a PEFT directory.")
  private Path adapter;

  @Mixin private DataOptions data;

  @Option(
      names = "--predictions",
      paramLabel = "FILE",
      description = "Write a prediction for each example.")
  private Path predictions;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of the bootstrap of the standard error. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Mixin private DeviceSelection selection;

  @Override
  public Integer call() {
    Path cache = Natives.cacheFolder();
    GlueTask found = TaskData.known().get(task);
    Path directory = HubModels.source(model).directory(task);
    GlueDataset dataset = TaskData.load(found, data.glue, cache, data.limit());
    if (predictions == null && !dataset.isLabelled()) {
      throw new InputException(
          dataset.source() + " has no labels to score; give --predictions FILE");
    }
    try (Device device = selection.open()) {
      if (adapter == null) {
        try (LoadedModel loaded = LoadedModel.open(directory, device).in(selection.storage())) {
          evaluate(loaded.model(), loaded.tokenizer(), dataset);
        }
      } else {
        try (TaskModel base = TaskModel.open(directory, found, false, 0, device);
            LoraAdapter read = LoraAdapter.read(adapter, base.model());
            Model attached = read.attach()) {
          evaluate(attached, base.tokenizer(), dataset);
        }
      }
    }
    return ExitCode.DONE;
  }

  private void evaluate(Model subject, Tokenizer tokenizer, GlueDataset dataset) {
    TaskEvaluation evaluation =
        TaskEvaluation.prepare(subject, tokenizer, dataset, data.maxLength, seed);
    System.err.println(selection.choice());
    dataset.deviation().ifPresent(System.err::println);
    TaskEvaluation.Result result;
    try (Progress progress = Progress.start(evaluation.sequences(), "eval " + task)) {
      result = evaluation.run(subject, done -> progress.advance(done));
      progress.done();
    }
    if (predictions != null) {
      PredictionsFile.write(predictions, dataset, evaluation.labels(), result.outputs());
    }
    if (dataset.isLabelled()) {
      boolean embedding = subject.info().output() == Output.EMBEDDING;
      print(evaluation, evaluation.score(result.outputs()), embedding, result.seconds());
    }
  }

  private void print(
      TaskEvaluation evaluation, GlueScore score, boolean embedding, double seconds) {
    line("task", task);
    line("examples", Integer.toString(score.examples()));
    line("labels", evaluation.labels().origin());
    line("metric_name", score.metricName());
    number("metric", score.metric());
    number("metric_stderr", score.standardError());
    number("accuracy", score.accuracy());
    number("f1", score.f1());
    number("mcc", score.mcc());
    number("pearson", score.pearson());
    number("spearman", score.spearman());
    if (!embedding) {
      number("loss", score.loss());
    }
    number("eval_seconds", seconds);
    if (score.collapsed()) {
      line("collapsed", "the model predicts the same for all examples");
    }
  }

  private void number(String name, double value) {
    if (!Double.isNaN(value)) {
      line(name, String.format(Locale.ROOT, "%.6f", value));
    }
  }

  private void line(String name, String value) {
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.println(name + "\t" + value);
  }
}
