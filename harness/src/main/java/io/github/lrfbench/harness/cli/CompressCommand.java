package io.github.lrfbench.harness.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.compress.CompressedCheckpoint;
import io.github.lrfbench.harness.compress.CompressionJob;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.demo.DemoModel;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.Task;
import io.github.lrfbench.harness.source.Tasks;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code compress}: writes a compressed model. */
@Command(
    name = "compress",
    description = "Compresses a model and writes it as a Hugging Face directory.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The directory holds what matrices were replaced by: of two factors, W = U V, U as MODULE.lowrank.u",
      "[outputs, rank] and V, transposed, as MODULE.lowrank.v [inputs, rank]; of other forms their tensors below",
      "MODULE. lrfbench reads it like any model, and PyTorch through results/python/lrfbench_loader.py; transformers",
      "itself refuses it. With --dense it holds the multiplied-out matrices, which transformers loads unchanged.",
      "The key lrfbench of config.json tells how it was made.",
      "",
      "Example: lrfbench compress --model ./bert-sst2 --keep 0.5 --out ./bert-sst2-half"
    })
final class CompressCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @OptionTopic.Of(OptionTopic.SUBJECT)
  @Option(
      names = "--model",
      required = true,
      paramLabel = "M",
      description = "A model directory, hf:owner/name[@revision], demo:bert or demo:gpt2.")
  private String model;

  @OptionTopic.Of(OptionTopic.SUBJECT)
  @Option(
      names = "--task",
      paramLabel = "T",
      defaultValue = "demo-sst2",
      description =
          "Whose training set methods that need data learn from; what outputs named LABEL_0 and so on mean in it is written with the model; with a demo model also which one of it. Default: ${DEFAULT-VALUE}.")
  private String task;

  @Mixin private DataOptions data;

  @Mixin private CompressionOptions options;

  @Mixin private ModelTarget target;

  @Option(names = "--dense", description = "Write multiplied-out matrices instead of factors.")
  private boolean dense;

  @Mixin private DeviceSelection selection;

  @Override
  public Integer call() {
    CompressionJob job = options.job("compress");
    if (job == null) {
      throw new InputException(
          "compress needs one of --keep, --bits, --rank and --energy, with one value");
    }
    CompressedCheckpoint.requireReadable(dense, job.method());
    Task found = Tasks.get(task);
    Path directory = HubModels.source(model).directory(task);
    target.require(List.of(directory));
    noteDemo();
    try (Device device = selection.openInFull("compress");
        LoadedModel loaded = LoadedModel.open(directory, options.matrices.options(), device);
        Scope scope = device.openScope();
        Checkpoint checkpoint = Checkpoint.open(loaded.transformer())) {
      System.err.println(selection.choice());
      loaded.notes().forEach(System.err::println);
      List<String> outputNames = found.findOutputNames(loaded, data.source());
      Compression compression;
      try (Progress progress = Progress.start(1, "compress")) {
        compression =
            options.consume(
                job,
                loaded.model(),
                () -> options.statistics(loaded, found, data.source(), job),
                scope,
                progress::detail);
        progress.done();
      }
      try (Model compressed = compression.model(loaded.model())) {
        ObjectNode block = describe(compression, job, loaded.revision());
        Set<String> untied = compressed.untiedFrom(loaded.model());
        if (!untied.isEmpty()) {
          untied.forEach(block.putArray("untied")::add);
        }
        new CompressedCheckpoint(checkpoint, directory, loaded.model(), compression.in(compressed))
            .write(target.out, dense, block, outputNames);
        report(loaded.model(), compressed, compression);
      }
    }
    return ExitCode.DONE;
  }

  /** There are several of a demo model, of which the task is to say which. */
  private void noteDemo() {
    if (DemoModel.of(model).isPresent()
        && !spec.commandLine().getParseResult().hasMatchedOption("--task")) {
      System.err.println(
          "no --task is given: " + model + " is the one that was trained on " + task);
    }
  }

  private ObjectNode describe(Compression compression, CompressionJob job, String revision) {
    ObjectNode block = JsonNodeFactory.instance.objectNode();
    Budget budget = job.budget();
    block
        .put("method", options.methods.get(0))
        .put("budget_kind", budget.kind())
        .put("budget", budget.value());
    if (budget instanceof Budget.Energy energy) {
      block.put("energy_of", energy.energyOf().label());
    }
    block.put("source", model).put("source_revision", revision).put("multiplied_out", dense);
    block.put("split_qkv", options.matrices.splitQkv).put("untie_head", options.matrices.untieHead);
    CompressionBlock.describe(block, options, job);
    job.method().describeBudgetStage(budget).ifPresent(stage -> block.put("budget_stage", stage));
    ObjectNode ranks = block.putObject("ranks");
    compression.layers().stream()
        .filter(layer -> layer.replaced() && layer.rank() > 0)
        .forEach(layer -> ranks.put(layer.layer(), layer.rank()));
    return block;
  }

  private void report(Model source, Model compressed, Compression compression) {
    long before = compression.layers().stream().mapToLong(LayerReport::parametersDense).sum();
    long after = compression.layers().stream().mapToLong(LayerReport::parameters).sum();
    long replaced = compression.layers().stream().filter(LayerReport::replaced).count();
    long bits = compression.layers().stream().mapToLong(LayerReport::bits).sum();
    long weights =
        compression.layers().stream().mapToLong(layer -> (long) layer.rows() * layer.cols()).sum();
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.printf(
        Locale.ROOT,
        "%d of %d matrices replaced; their parameters %,d -> %,d (%.3f), %.3f bits per weight;"
            + " the model's parameters %,d -> %,d (%.3f)%n",
        replaced,
        compression.layers().size(),
        before,
        after,
        (double) after / before,
        (double) bits / weights,
        source.parameters(),
        compressed.parameters(),
        (double) compressed.parameters() / source.parameters());
    for (String untied : compressed.untiedFrom(source)) {
      stdout.printf("%s is stored apart from the word embedding, as it was not before%n", untied);
    }
    stdout.printf(Locale.ROOT, "written to %s%n", target.out);
  }
}
