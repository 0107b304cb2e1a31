package io.github.lrfbench.harness.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.budget.EnergyOf;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.checkpoint.CheckpointWriter;
import io.github.lrfbench.harness.compress.CompressionJob;
import io.github.lrfbench.harness.compress.SlotSelection;
import io.github.lrfbench.harness.compress.recover.WhitenedWeights;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.exits.ExitExamples;
import io.github.lrfbench.harness.exits.ExitModel;
import io.github.lrfbench.harness.glue.LabelMaps;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.lora.AdapterDirectory;
import io.github.lrfbench.harness.lora.LoraAdapter;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.OutputNames;
import io.github.lrfbench.harness.model.WeightWriter;
import io.github.lrfbench.harness.source.Task;
import io.github.lrfbench.harness.source.TaskInput;
import io.github.lrfbench.harness.source.TaskModel;
import io.github.lrfbench.harness.source.Tasks;
import io.github.lrfbench.harness.source.TrainingStart;
import io.github.lrfbench.harness.train.AdamWSettings;
import io.github.lrfbench.harness.train.FineTuning;
import io.github.lrfbench.harness.train.TrainedCheckpoint;
import io.github.lrfbench.harness.train.Trainer;
import io.github.lrfbench.harness.train.TrainingListener;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.harness.train.TrainingSettings;
import io.github.lrfbench.harness.train.Workers;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code finetune}: trains a model on a task. */
@Command(
    name = "finetune",
    description = "Trains a model on a task, if wanted after compressing it, or an adapter for it.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "With --keep, --bits, --rank or --energy the model is compressed first, and then trained.",
      "With --prehab its matrices are made ready for a compression afterwards, and stay dense.",
      "With --exits it gets a classifier after every block, for inference that stops early (docs/early-exit.md).",
      "",
      "Writes a Hugging Face directory with the weights of the last epoch, or of that which --select says, and",
      "training.csv: a row for every step, and for every epoch one with the metric on the dev set, which decides",
      "nothing. A run that was killed goes on where it last saved when the same command is given again, with the",
      "same result.",
      "",
      "On a GPU, --dtype tf32, bf16 or fp16 trains in mixed precision: products take rounded factors, while weights,",
      "gradients and the optimizer stay in fp32; with fp16 the loss is scaled.",
      "",
      "With --gradients workers share every batch, simulated in this process, and exchange their gradients, compressed",
      "or not. training.csv then has columns for that at its end; the seconds of links are modelled, not measured.",
      "",
      "Example: lrfbench finetune --model ./MiniLM --task rte --glue ./glue_data --epochs 5 --out ./minilm-rte",
      "Example: lrfbench finetune --model ./minilm-rte --task rte --glue ./glue_data --keep 0.5 --epochs 1 --out half",
      "Example: lrfbench finetune --model ./bert --task rte --glue ./glue_data --lora-r 8 --lr 5e-4 --out rte-lora",
      "Example: lrfbench finetune --model ./bert --task rte --glue ./glue_data --gradients powersgd:rank=2 --out rte"
    })
final class FinetuneCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @OptionTopic.Of(OptionTopic.SUBJECT)
  @Option(
      names = "--model",
      required = true,
      paramLabel = "M",
      description =
          "A model directory, hf:owner/name[@revision], demo:bert or demo:gpt2. A head of another size is drawn anew.")
  private String model;

  @OptionTopic.Of(OptionTopic.SUBJECT)
  @Option(
      names = "--task",
      required = true,
      paramLabel = "T",
      description = "See 'lrfbench list tasks'.")
  private String task;

  @Mixin private ModelTarget target;

  @Option(
      names = "--from-scratch",
      description = "Take the model's configuration and tokenizer only; draw all weights.")
  private boolean fromScratch;

  @Mixin private TrainingOptions training;

  @Mixin private PrehabOption prehab;

  @Mixin private ExitsOption exits;

  @Mixin private GradientOptions gradients;

  @Mixin private LoraOptions lora;

  @Option(
      names = "--train-limit",
      paramLabel = "N",
      defaultValue = "0",
      description = "Train on the first N examples only. Default: all.")
  private int trainLimit;

  @Option(
      names = "--save-steps",
      paramLabel = "N",
      defaultValue = "0",
      description = "Save a state to go on from every N steps too. Default: after epochs only.")
  private long saveSteps;

  @Option(names = "--restart", description = "Forget an unfinished run in the directory.")
  private boolean restart;

  /** Compresses first, where a budget is given. */
  @Mixin private CompressionOptions options;

  @Mixin private DataOptions data;

  @Mixin private DeviceSelection selection;

  @Override
  public Integer call() {
    CompressionJob job = options.job("finetune");
    long seed = options.seed("finetune");
    if (trainLimit < 0 || saveSteps < 0) {
      throw new InputException("--train-limit and --save-steps must be at least 0");
    }
    boolean adapting = lora.areGiven();
    if (adapting && (fromScratch || job != null)) {
      throw new InputException(
          "--lora-r trains an adapter for the model as it is, not with "
              + (fromScratch ? "--from-scratch" : "a budget; compress it into a directory first"));
    }
    prehab.requireNothingElse(adapting, job != null);
    exits.requireNothingElse(adapting, prehab.isGiven());
    TrainingSettings settings =
        prehab.isGiven() ? training.withoutDecay(seed) : training.settings(seed);
    Workers workers = gradients.workers(settings.batchSize(), prehab.isGiven());
    Task found = Tasks.get(task);
    Path directory = HubModels.source(model).directory(task);
    requireTarget(directory, adapting);
    Path out = target.out;
    TaskInput train = found.loadTraining(data.source(), trainLimit);
    TaskInput dev = found.load(data.source(), data.limit());
    if (restart) {
      FineTuning.restart(out);
    }
    try (Device device = selection.openForTraining();
        TaskModel dense =
            found.open(
                directory,
                new TrainingStart(fromScratch, options.matrices.options(), training.dropout, seed),
                device);
        Compressed compressed = compress(dense, found, job);
        WhitenedWeights whitened = prepare(dense, found, seed);
        ExitModel exiting = exits.attach(dense, compressed.model(), seed);
        LoraAdapter adapter = adapting ? drawAdapter(dense, directory, seed) : null;
        Model attached = adapting ? adapter.attach() : null) {
      System.err.println(selection.choice());
      dense.notes().forEach(System.err::println);
      System.err.println(
          FineTuning.isUnfinished(target.out) ? "going on with the run in " + out : dense.start());
      Evaluation evaluation = dev.evaluation(dense, seed);
      evaluation.notes().forEach(System.err::println);
      nameOutputs(dense, evaluation.outputNames());
      TrainingSet labelled = train.examples(dense.model(), dense.tokenizer(), evaluation);
      TrainingSet examples = exiting == null ? labelled : ExitExamples.of(labelled, exiting);
      int used = examples.size() - settings.selection().heldOut(examples.size());
      ObjectNode block = describe(settings, train.sha256(), used, dense, job);
      prehab.describe(block, options);
      if (exiting != null) {
        block.put("exits", exits.label());
      }
      gradients.describe(block, workers);
      // What decides the result, as earlier versions wrote it: their runs can be gone on with.
      ObjectNode deciding = block.deepCopy();
      if (job != null) {
        CompressionBlock.describe(block, options, job);
      }
      Model plain = exiting == null ? compressed.model() : exiting;
      FineTuning.Output output =
          new TrainedCheckpoint(plain, dense.config(), block, dense.transformer(), null);
      if (adapting) {
        block.set("adapter", adapter.toJson());
        deciding.set("adapter", block.get("adapter"));
        CheckpointWriter.tellProgram(block);
        ObjectNode told = block.deepCopy();
        evaluation.outputNames().forEach(told.putArray(AdapterDirectory.OUTPUTS)::add);
        output = place -> AdapterDirectory.write(place, adapter, attached, told);
      }
      Model trained = adapting ? attached : plain;
      List<Parameter> weights = exiting == null ? trained.weights() : exiting.trained();
      if (whitened != null) {
        weights = whitened.weights(trained);
      }
      FineTuning.Job work =
          new FineTuning.Job(
              trained,
              adapting ? adapter.weights(attached) : weights,
              output,
              out,
              deciding
                  + " "
                  + dev.sha256()
                  + " "
                  + data.limit()
                  + " "
                  + data.maxLength()
                  + evaluation.facts().identity()
                  + gradients.log(),
              saveSteps,
              whitened,
              workers);
      report(train(work, examples, used, settings, evaluation), work);
      if (exiting != null) {
        ExitsOption.report(exiting, evaluation, spec.commandLine().getOut());
      }
      if (whitened != null) {
        prehab.report(whitened, spec.commandLine().getOut());
      }
    }
    return ExitCode.DONE;
  }

  /** A training that is not over is gone on with, or, with --restart, begun anew. */
  private void requireTarget(Path source, boolean adapting) {
    target.requireOther(List.of(source));
    if (adapting) {
      AdapterDirectory.requireWritable(target.out);
    } else {
      CheckpointWriter.requireWritable(target.out);
    }
    if (!FineTuning.isBegun(target.out)) {
      if (adapting) {
        target.requireVacant(AdapterDirectory.holdsAdapter(target.out), "an adapter");
      } else {
        target.requireVacant(CheckpointWriter.holdsModel(target.out), "a model");
      }
    }
  }

  /** What the trained outputs will mean; names that the checkpoint has already stay. */
  private static void nameOutputs(TaskModel trained, List<String> names) {
    if (!names.isEmpty() && LabelMaps.isGeneric(trained.model().info().labels())) {
      OutputNames.write(trained.config(), names);
    }
  }

  private LoraAdapter drawAdapter(TaskModel source, Path directory, long seed) {
    String base = LoraOptions.base(model, directory);
    if (!WeightWriter.isWhole(source.model())) {
      System.err.println(
          "the adapter has no base that PEFT can open: matrices of "
              + base
              + " are in forms that transformers does not know");
    }
    return LoraAdapter.draw(
        lora.config(source.model(), source.drawn(), base), source.model(), seed);
  }

  private void sayWhatIsKept(Progress progress) {
    progress.close();
    System.err.println(
        FineTuning.isUnfinished(target.out)
            ? "stopped; what was saved last is kept in "
                + target.out
                + "; the same command goes on there"
            : "stopped before anything was saved");
  }

  private Trainer.Outcome train(
      FineTuning.Job job,
      TrainingSet examples,
      int used,
      TrainingSettings settings,
      Evaluation evaluation) {
    int perEpoch = (used + settings.batchSize() - 1) / settings.batchSize();
    long total = (long) perEpoch * settings.epochs();
    try (Progress progress = Progress.start(total, "finetune " + task);
        Interruption interruption = new Interruption(() -> sayWhatIsKept(progress))) {
      TrainingListener listener =
          new TrainingListener() {
            @Override
            public void step(
                int epoch, long step, long all, double loss, double rate, double seconds) {
              progress.detail(String.format(Locale.ROOT, "loss %.4f", loss));
              progress.advance(step);
            }

            @Override
            public void epoch(Epoch epoch) {
              String told =
                  String.format(
                      Locale.ROOT,
                      "epoch %d: loss %.4f, dev metric %.4f",
                      epoch.number(),
                      epoch.loss(),
                      epoch.metric());
              if (!Double.isNaN(epoch.heldOutLoss())) {
                told += String.format(Locale.ROOT, ", held-out loss %.4f", epoch.heldOutLoss());
                told += epoch.kept() ? ", best so far" : "";
              }
              progress.note(told);
            }
          };
      Trainer.Outcome outcome = FineTuning.run(job, examples, settings, evaluation, listener);
      progress.done();
      return outcome;
    }
  }

  /** The model that is trained; the dense one itself where nothing is compressed. */
  private record Compressed(Model model, boolean owned) implements AutoCloseable {
    @Override
    public void close() {
      if (owned) {
        model.close();
      }
    }
  }

  private Compressed compress(TaskModel source, Task on, CompressionJob job) {
    Model dense = source.model();
    if (job == null) {
      return new Compressed(dense, false);
    }
    try (Scope scope = dense.device().openScope()) {
      Compression compression =
          options.compress(
              job,
              dense,
              () -> statistics(source, on, job.heldOut(), job.seed()),
              scope,
              words -> {});
      return new Compressed(compression.model(dense), true);
    }
  }

  private Calibrator statistics(TaskModel source, Task on, int heldOut, long seed) {
    return options.calibration.open(
        source.model(),
        source.tokenizer(),
        source.revision() + " " + source.start(),
        on,
        data.source(),
        input -> input.evaluation(source, seed),
        heldOut,
        seed);
  }

  private WhitenedWeights prepare(TaskModel source, Task on, long seed) {
    List<LinearSlot> slots = SlotSelection.select(source.model().slots(), options.layers);
    return prehab.prepare(source, model, fromScratch, slots, () -> statistics(source, on, 0, seed));
  }

  private ObjectNode describe(
      TrainingSettings settings,
      String trainHash,
      int trainExamples,
      TaskModel dense,
      CompressionJob job) {
    ObjectNode block = JsonNodeFactory.instance.objectNode();
    block.put("task", task).put("source", model).put("source_revision", dense.revision());
    block.put("from_scratch", fromScratch);
    block.put("split_qkv", options.matrices.splitQkv).put("untie_head", options.matrices.untieHead);
    block.put("train_examples", trainExamples).put("train_hash", trainHash);
    if (job != null) {
      block.put("method", options.methods.get(0));
      block.put("calibration", options.calibration.examples());
      block.put("layers", String.join("|", options.layers));
      block.put("budget_kind", job.budget().kind()).put("budget", job.budget().value());
      if (job.budget().energyOf() != EnergyOf.OWN) {
        block.put("energy_of", job.budget().energyOf().label());
      }
      if (!job.allocation().isStandard()) {
        block.put("allocate", job.allocation().name());
        block.put("round_to", job.allocation().multiple());
      }
    }
    if (training.dropout != null) {
      block.put("dropout", training.dropout);
    }
    AdamWSettings adam = settings.optimizer();
    block.put("epochs", settings.epochs()).put("learning_rate", settings.learningRate());
    block.put("batch_size", settings.batchSize()).put("micro_batch", settings.microBatch());
    block.put("warmup", settings.warmup()).put("weight_decay", adam.weightDecay());
    block.put("gradient_clip", settings.gradientClip()).put("patience", settings.patience());
    block.put("select", settings.selection().label());
    block.put("seed", settings.seed());
    return block;
  }

  private void report(Trainer.Outcome outcome, FineTuning.Job job) {
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.printf(Locale.ROOT, "metric\t%.6f%n", outcome.metric());
    stdout.printf(Locale.ROOT, "epoch\t%d%n", outcome.epoch());
    if (!Double.isNaN(outcome.heldOutLoss())) {
      stdout.printf(Locale.ROOT, "held_out_loss\t%.6f%n", outcome.heldOutLoss());
    }
    stdout.printf(Locale.ROOT, "steps\t%d%n", outcome.steps());
    stdout.printf(Locale.ROOT, "seconds\t%.1f%n", outcome.seconds());
    // What repeated others is trained too, and written.
    long repeated =
        lora.areGiven()
            ? 0
            : job.model().repeated().values().stream().mapToLong(Linear::parameters).sum();
    stdout.printf(Locale.ROOT, "parameters\t%d%n", job.model().parameters() + repeated);
    long trained =
        job.trained().stream().filter(Parameter::trainable).mapToLong(Parameter::size).sum();
    stdout.printf(Locale.ROOT, "trained_parameters\t%d%n", trained);
    stdout.printf(Locale.ROOT, "out\t%s%n", target.out);
  }
}
