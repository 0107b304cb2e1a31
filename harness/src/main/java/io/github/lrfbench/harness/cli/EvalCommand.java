package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.evaluate.DataFacts;
import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.evaluate.Score;
import io.github.lrfbench.harness.exits.EarlyExit;
import io.github.lrfbench.harness.exits.ExitPolicy;
import io.github.lrfbench.harness.exits.ExitTally;
import io.github.lrfbench.harness.glue.Split;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.lora.AdapterDirectory;
import io.github.lrfbench.harness.lora.LoraAdapter;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.result.ExitColumns;
import io.github.lrfbench.harness.result.OutputDirectory;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.Task;
import io.github.lrfbench.harness.source.TaskInput;
import io.github.lrfbench.harness.source.TaskModel;
import io.github.lrfbench.harness.source.Tasks;
import io.github.lrfbench.harness.source.TrainingStart;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
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
      "A submission is a file such as RTE.tsv (of mnli MNLI-m.tsv and of mnli-mm MNLI-mm.tsv), tab-separated: index,",
      "prediction. Scores of stsb are cut to 0 to 5. It is not made of examples that --limit leaves, nor where nothing",
      "tells which label an output means.",
      "",
      "Example: lrfbench eval --model ./bert-rte --task rte --glue ./glue_data --predictions rte.tsv",
      "Example: lrfbench eval --model ./bert-rte --task rte --split test --glue ./glue_data --submission ./submission"
    })
final class EvalCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @OptionTopic.Of(OptionTopic.SUBJECT)
  @Option(
      names = "--model",
      required = true,
      paramLabel = "M",
      description =
          "A model directory (compressed ones included), hf:owner/name[@revision], demo:bert or demo:gpt2.")
  private String model;

  @OptionTopic.Of(OptionTopic.SUBJECT)
  @Option(
      names = "--task",
      required = true,
      paramLabel = "T",
      description = "See 'lrfbench list tasks'.")
  private String task;

  @OptionTopic.Of(OptionTopic.SUBJECT)
  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "Add a LoRA adapter for this task to the model: a PEFT directory.")
  private Path adapter;

  @OptionTopic.Of(OptionTopic.SUBJECT)
  @Option(
      names = "--exit",
      paramLabel = "POLICY",
      description =
          "Stop at early exits, which 'finetune --exits' makes: entropy:S, where an exit's entropy is below S nats; patience:T, when T exits in turn have not changed the prediction (of scores patience:T:tau=D, by less than D); or layer:K, always after block K. Where they stopped is printed too.")
  private String exit;

  @OptionTopic.Of(OptionTopic.DATA)
  @Option(
      names = "--split",
      paramLabel = "S",
      description =
          "What of a task of GLUE is evaluated: train, dev or test. Default: dev; of ax, test.")
  private String split;

  @Mixin private DataOptions data;

  @Option(
      names = "--predictions",
      paramLabel = "FILE",
      description = "Write a prediction for each example.")
  private Path predictions;

  @Option(
      names = "--submission",
      paramLabel = "DIR",
      description =
          "Write what the leaderboard of GLUE takes for a test split, such as DIR/RTE.tsv.")
  private Path submission;

  @Option(
      names = "--batch-size",
      paramLabel = "B",
      description =
          "Sequences given to the model at once, at most; changes the speed only, but for outliers of llm-int8, which are those of a batch. Default: as many as have 2048 tokens, up to 32.")
  private Integer batchSize;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of the bootstrap of the standard error. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Mixin private DeviceSelection selection;

  private Score score;

  /** How well the model did, once it was called; null where the data has no labels. */
  Score score() {
    return score;
  }

  @Override
  public Integer call() {
    if (batchSize != null && batchSize < 1) {
      throw new InputException("--batch-size must be at least 1, but is " + batchSize);
    }
    ExitPolicy policy = exit == null ? null : ExitPolicy.parse(exit);
    if (policy != null && adapter != null) {
      throw new InputException(
          "--exit stops at exits of the model as it is, not with --adapter, which changes it");
    }
    Task found = Tasks.get(task);
    Path directory = HubModels.source(model).directory(task);
    TaskInput input = read(found);
    try (Device device = selection.open()) {
      if (adapter == null) {
        try (LoadedModel loaded =
            LoadedModel.open(directory, device).in(selection.storage(device))) {
          Model subject = loaded.model();
          if (policy != null) {
            subject = new EarlyExit(subject, policy);
          }
          evaluate(subject, input.evaluation(loaded, seed), input, loaded.notes());
        }
      } else if (AdapterDirectory.bringsHead(adapter)) {
        try (TaskModel base = found.open(directory, TrainingStart.stored(0), device)) {
          evaluateAdapted(base.model(), base.drawn(), base.tokenizer(), input, base.notes());
        }
      } else {
        try (LoadedModel base = LoadedModel.open(directory, device)) {
          evaluateAdapted(base.model(), List.of(), base.tokenizer(), input, base.notes());
        }
      }
    }
    return ExitCode.DONE;
  }

  private TaskInput read(Task found) {
    TaskInput input =
        split == null
            ? found.load(data.source(), data.limit())
            : found.load(Split.parse(split), data.source(), data.limit());
    if (submission != null) {
      OutputDirectory.check(submission);
      return input.forSubmission();
    }
    if (predictions == null && !input.isScored()) {
      throw new InputException(
          input.source() + " has no labels to score; give --predictions FILE or --submission DIR");
    }
    return input;
  }

  private void evaluateAdapted(
      Model base, List<String> drawn, Tokenizer tokenizer, TaskInput input, List<String> notes) {
    Notes ofAdapter = new Notes();
    try (LoraAdapter read = LoraAdapter.read(adapter, base, drawn, ofAdapter);
        Model subject = stored(read.attach())) {
      List<String> all = new ArrayList<>(notes);
      all.addAll(ofAdapter.lines());
      List<String> trained = AdapterDirectory.outputNames(adapter);
      List<String> names = trained.isEmpty() ? subject.info().labels() : trained;
      evaluate(subject, input.evaluation(subject, tokenizer, names, seed), input, all);
    }
  }

  /** The model in the chosen type; takes the other one's place. */
  private Model stored(Model model) {
    DType storage = selection.storage(model.device());
    if (storage == DType.F32) {
      return model;
    }
    try (Model original = model) {
      return original.copy(storage);
    }
  }

  private void evaluate(Model subject, Evaluation prepared, TaskInput input, List<String> notes) {
    Evaluation evaluation = batchSize == null ? prepared : prepared.inBatchesOf(batchSize);
    System.err.println(selection.choice());
    notes.forEach(System.err::println);
    evaluation.notes().forEach(System.err::println);
    input.deviation().ifPresent(System.err::println);
    Evaluation.Outcome outcome;
    try (Progress progress = Progress.start(evaluation.size(), "eval " + task)) {
      outcome = evaluation.run(subject, done -> progress.advance(done));
      progress.done();
    }
    if (predictions != null) {
      outcome.writePredictions(predictions);
    }
    if (submission != null) {
      outcome.writeSubmission(submission);
    }
    if (input.isScored()) {
      score = outcome.score();
      evaluation.notes(score).forEach(System.err::println);
      print(evaluation.facts(), score, outcome.seconds());
    }
    if (subject instanceof EarlyExit early) {
      print(early.tally());
    }
  }

  private void print(DataFacts facts, Score score, double seconds) {
    line("task", task);
    if (split != null) {
      line("split", split);
    }
    line("examples", Integer.toString(facts.examples()));
    new TreeMap<>(facts.extra()).forEach(this::value);
    line("metric_name", score.metricName());
    number("metric", score.metric());
    number("metric_stderr", score.standardError());
    score.values().forEach((column, value) -> number(column.name(), value));
    score.extra().forEach(this::value);
    number("eval_seconds", seconds);
  }

  /** Where the examples stopped. */
  private void print(ExitTally tally) {
    number("exit_layer_mean", tally.meanBlocks());
    number("exit_cost", tally.remaining());
    line("exit_shares", ExitColumns.shares(tally.shares()));
    number("exit_flops_ratio", tally.meanFlops() / tally.meanWholeFlops());
  }

  private void value(String name, Object value) {
    if (value instanceof Double number) {
      number(name, number);
    } else {
      line(name, value.toString());
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
