package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.compress.CompressionJob;
import io.github.lrfbench.harness.measure.Link;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.report.TensorParallelTable;
import io.github.lrfbench.harness.result.CsvAppender;
import io.github.lrfbench.harness.result.TensorParallelColumns;
import io.github.lrfbench.harness.result.TensorParallelRow;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.Task;
import io.github.lrfbench.harness.source.Tasks;
import io.github.lrfbench.harness.tensorparallel.LowRankSplit;
import io.github.lrfbench.harness.tensorparallel.TensorParallelConfig;
import io.github.lrfbench.harness.tensorparallel.TensorParallelSuite;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Scope;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tensor-parallel}: a model over several shards, simulated. */
@Command(
    name = "tensor-parallel",
    mixinStandardHelpOptions = true,
    header = "Splits a model over shards as Megatron does, simulated in one process.",
    description = {
      "",
      "Every shard's part of the model is built and run: heads of attentions, neurons of feed-forward layers, words"
          + " of the vocabulary. The sums over shards follow, and the logits are compared with the whole model's."
          + " Prints, and with --out writes as CSV, what a shard stores and computes, how many bytes the shards"
          + " exchange for a token, how long the slowest shard takes, and what the exchanges would take between"
          + " devices whose link has the given speed: that is modelled, not measured.",
      "",
      "With --keep, --rank or --energy the model is also compressed, and its factors are split by --split. Only"
          + " matrices and two factors can be split. Shards of one device run one after the other; several devices"
          + " (--device cuda:0,cuda:1) run theirs at once."
    },
    footer = {
      "",
      "Examples:",
      "  lrfbench tensor-parallel --model demo:bert --shards 1,2,4",
      "  lrfbench tensor-parallel --model ./bert-sst2 --method svd --keep 0.5 --shards 1,2,4 --split outputs,rank --out shards.csv"
    })
final class TensorParallelCommand implements Callable<Integer> {
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
      paramLabel = "T",
      defaultValue = "demo-sst2",
      description =
          "Whose training set methods that need data learn from; with a demo model also which one of it. Default: ${DEFAULT-VALUE}.")
  private String task;

  @Option(
      names = "--shards",
      paramLabel = "T",
      split = ",",
      defaultValue = "1,2,4",
      description =
          "Numbers of shards, each of which has to divide the number of heads. Default: ${DEFAULT-VALUE}.")
  private List<Integer> shards = new ArrayList<>();

  @Option(
      names = "--split",
      paramLabel = "S",
      split = ",",
      defaultValue = "outputs,rank",
      description =
          "How W = U V is split: outputs, as W would be, where shards sum the numbers between the factors and not the outputs; rank, where each has some of the rank. Default: ${DEFAULT-VALUE}.")
  private List<String> splits = new ArrayList<>();

  @Option(
      names = "--batch-size",
      paramLabel = "B",
      split = ",",
      defaultValue = "1",
      description = "Sequences in a pass. Default: ${DEFAULT-VALUE}.")
  private List<Integer> batchSizes = new ArrayList<>();

  @Option(
      names = "--seq-len",
      paramLabel = "L",
      split = ",",
      defaultValue = "128",
      description = "Random tokens of each. Default: ${DEFAULT-VALUE}.")
  private List<Integer> seqLens = new ArrayList<>();

  @Option(
      names = "--link",
      paramLabel = "GB/S:US",
      split = ",",
      defaultValue = "25:5,100:5,300:5",
      description =
          "Links between two shards: 10^9 bytes a second, and after a colon the microseconds that each message of a ring takes besides, 0 without; a row for each. Default: ${DEFAULT-VALUE}.")
  private List<String> links = new ArrayList<>();

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "20",
      description =
          "Timed passes; three go before them, and more while the Java runtime compiles them. Default: ${DEFAULT-VALUE}.")
  private int runs;

  @Option(names = "--out", paramLabel = "FILE", description = "Append all rows to a CSV file.")
  private Path out;

  @Mixin private DataOptions data;

  @Mixin private CompressionOptions options;

  @Mixin private DeviceSelection selection;

  @Override
  public Integer call() {
    TensorParallelConfig config =
        new TensorParallelConfig(
            shards,
            splits.stream().map(LowRankSplit::parse).toList(),
            batchSizes,
            seqLens,
            links.stream().map(Link::parse).toList(),
            runs);
    CompressionJob job = options.job("tensor-parallel");
    Task found = Tasks.get(task);
    Path directory = HubModels.source(model).directory(task);
    List<TensorParallelRow> rows = new ArrayList<>();
    List<Device> devices = selection.openAll("tensor-parallel");
    try (LoadedModel loaded =
            LoadedModel.open(directory, options.matrices.options(), devices.get(0));
        Scope scope = devices.get(0).openScope()) {
      System.err.println(selection.choice());
      loaded.notes().forEach(System.err::println);
      TensorParallelSuite suite = new TensorParallelSuite(devices, config);
      suite.check(loaded.model());
      try (Model compressed = job == null ? null : compress(loaded, found, job, scope)) {
        if (compressed != null) {
          suite.check(compressed);
        }
        try (CsvAppender table =
            out == null ? null : CsvAppender.open(out, TensorParallelColumns.TABLE.header())) {
          Consumer<TensorParallelRow> kept =
              row -> {
                if (table != null) {
                  table.append(row.print());
                }
                rows.add(row);
              };
          run(suite, loaded.model(), compressed, job, kept);
        }
      }
    } finally {
      devices.forEach(Device::close);
    }
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(TensorParallelTable.render(rows));
    stdout.flush();
    return ExitCode.DONE;
  }

  /** The compressed model, whose factors the scope owns. */
  private Model compress(LoadedModel loaded, Task found, CompressionJob job, Scope scope) {
    try (Progress progress = Progress.start(1, "compress")) {
      Model compressed =
          options
              .compress(
                  job,
                  loaded.model(),
                  () -> options.statistics(loaded, found, data.source(), job),
                  scope,
                  progress::detail)
              .model(loaded.model());
      progress.done();
      return compressed;
    }
  }

  /** The model as it is, and compressed where that is asked for. */
  private void run(
      TensorParallelSuite suite,
      Model dense,
      Model compressed,
      CompressionJob job,
      Consumer<TensorParallelRow> table) {
    TensorParallelRow.Builder row =
        TensorParallelRow.builder().set(TensorParallelColumns.MODEL, model);
    suite.run(dense, row, table, System.err::println);
    if (compressed != null) {
      row.set(TensorParallelColumns.METHOD, options.methods.get(0))
          .set(TensorParallelColumns.BUDGET_KIND, job.budget().kind())
          .set(TensorParallelColumns.BUDGET, job.budget().value());
      suite.run(compressed, row, table, System.err::println);
    }
  }
}
