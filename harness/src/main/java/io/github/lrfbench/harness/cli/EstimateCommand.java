package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.estimate.CostModel;
import io.github.lrfbench.harness.estimate.CostModel.Estimates;
import io.github.lrfbench.harness.estimate.DeviceFigures;
import io.github.lrfbench.harness.estimate.EstimateSettings;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.Precision;
import io.github.lrfbench.harness.report.EstimateTables;
import io.github.lrfbench.harness.result.CsvAppender;
import io.github.lrfbench.harness.result.EstimateColumns;
import io.github.lrfbench.harness.result.EstimateRow;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.sweep.LatencyKind;
import io.github.lrfbench.kernels.InputException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code estimate}: the cost model. */
@Command(
    name = "estimate",
    description =
        "Predicts what a model takes, compressed or not, from its shapes alone: parameters, bytes and operations"
            + " exactly, time by a roofline.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "No weights are read: models that do not fit this machine are known by name (bert-large, gpt2-xl and others) or by",
      "a config.json. Every operation takes the larger of operations / peak and bytes / bandwidth, and a launch. So for",
      "each batch size it says up to which rank two factors are predicted to be faster than the matrix.",
      "",
      "Peak and bandwidth are a device's of the data sheets, those that 'lrfbench kernels --out FILE' measured, or given.",
      "Times are estimates and no measurements: --compare holds them against measured rows and tells the error.",
      "",
      "Methods of two factors are estimated where the budget alone says the ranks. For all else estimate the directory",
      "that compress wrote. docs/estimate.md explains the model.",
      "",
      "Examples: lrfbench estimate --model bert-large --keep 0.5,0.3 --batch-size 1,8,32 --device A100 --dtype fp16",
      "          lrfbench estimate --model gpt2-xl --rank 64,128 --latency decode --device T4",
      "          lrfbench estimate --model ./bert --measured kernels.csv --compare runs.csv --out estimates.csv"
    })
final class EstimateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @OptionTopic.Of(OptionTopic.SUBJECT)
  @Option(
      names = "--model",
      required = true,
      paramLabel = "M",
      description =
          "A model directory, a config.json, hf:owner/name[@revision], demo:bert or demo:gpt2, or a name whose shapes are known: bert-base, bert-large, roberta-base, roberta-large, minilm-l6, distilbert, gpt2, gpt2-medium, gpt2-large, gpt2-xl.")
  private String model;

  @OptionTopic.Of(OptionTopic.SUBJECT)
  @Option(
      names = "--task",
      paramLabel = "T",
      defaultValue = "demo-sst2",
      description = "With a demo model which one of it. Default: ${DEFAULT-VALUE}.")
  private String task;

  @OptionTopic.Of(OptionTopic.COMPRESSION)
  @Option(
      names = "--method",
      paramLabel = "M",
      split = ",",
      defaultValue = "svd",
      description = "A method of two factors. Default: ${DEFAULT-VALUE}. Repeatable.")
  private List<String> methods = new ArrayList<>();

  @Mixin private GridOptions grid;

  @Mixin private AllocationOptions allocation;

  @Mixin private MatrixOptions matrices;

  @OptionTopic.Of(OptionTopic.COMPRESSION)
  @Option(
      names = "--layers",
      paramLabel = "GLOB",
      description = "Compress only matrices of these names. Repeatable.")
  private List<String> layers = new ArrayList<>();

  @OptionTopic.Of(OptionTopic.LATENCY)
  @Option(
      names = "--latency",
      paramLabel = "WHAT",
      defaultValue = "forward",
      description =
          "What is called: forward, a whole pass; of a language model also prefill, and decode, one token behind --seq-len - 1 others. Default: ${DEFAULT-VALUE}.")
  private String latency;

  @OptionTopic.Of(OptionTopic.LATENCY)
  @Option(
      names = {"--batch-size", "--batch"},
      paramLabel = "N",
      split = ",",
      defaultValue = "1",
      description = "Sequences per call. Default: ${DEFAULT-VALUE}. Repeatable.")
  private List<Integer> batches = new ArrayList<>();

  @OptionTopic.Of(OptionTopic.LATENCY)
  @Option(
      names = "--seq-len",
      paramLabel = "N",
      defaultValue = "0",
      description = "Tokens per sequence. Default: 0, 128 or what the model allows.")
  private int seqLen;

  @OptionTopic.Of(OptionTopic.DEVICE)
  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "A device with published figures: V100, T4, A100, H100 or H200.")
  private String device;

  @OptionTopic.Of(OptionTopic.DEVICE)
  @Option(
      names = "--measured",
      paramLabel = "FILE",
      description = "Figures of a device as 'lrfbench kernels --out FILE' measured them.")
  private Path measured;

  @OptionTopic.Of(OptionTopic.DEVICE)
  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "fp32",
      description = "Type of the numbers: fp32, tf32, fp16 or bf16. Default: ${DEFAULT-VALUE}.")
  private String dtype;

  @OptionTopic.Of(OptionTopic.DEVICE)
  @Option(
      names = "--peak-gflops",
      paramLabel = "P",
      description =
          "Billions of floating-point operations a second, instead of the device's or without one.")
  private Double peak;

  @OptionTopic.Of(OptionTopic.DEVICE)
  @Option(
      names = "--bandwidth-gbs",
      paramLabel = "B",
      description = "Billions of bytes a second of memory, likewise.")
  private Double bandwidth;

  @OptionTopic.Of(OptionTopic.DEVICE)
  @Option(
      names = "--launch-us",
      paramLabel = "U",
      description = "Microseconds to start an operation, likewise; 0 where nothing says it.")
  private Double launch;

  @Option(
      names = "--compare",
      paramLabel = "RUNS.csv",
      split = ",",
      description = "Measured rows of sweeps that estimates are held against. Repeatable.")
  private List<Path> compare = new ArrayList<>();

  @Option(names = "--out", paramLabel = "FILE", description = "Append all figures to a CSV file.")
  private Path out;

  @Override
  public Integer call() {
    EstimateSettings settings =
        new EstimateSettings(
            methods,
            grid.budgets(),
            allocation.allocations(),
            layers,
            LatencyKind.parse(latency),
            batches,
            seqLen);
    Notes notes = new Notes();
    DeviceFigures figures = figures(notes);
    List<RunRow> rows =
        compare.stream().flatMap(file -> ResultsCsv.RUNS.read(file, notes).stream()).toList();
    Estimates estimates =
        CostModel.of(
            model,
            name -> HubModels.source(name).directory(task),
            matrices.options(),
            figures,
            settings,
            rows,
            notes);
    notes.lines().forEach(System.err::println);
    if (out != null) {
      try (CsvAppender table = CsvAppender.open(out, EstimateColumns.TABLE.header())) {
        table.appendAll(estimates.rows().stream().map(EstimateRow::print).toList());
      }
    }
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(EstimateTables.render(estimates.rows(), estimates.leftOut()));
    stdout.flush();
    return ExitCode.DONE;
  }

  private DeviceFigures figures(Notes notes) {
    Precision precision = Precision.parse(dtype);
    if (device != null || measured != null) {
      return DeviceFigures.find(device, measured, precision, notes).with(peak, bandwidth, launch);
    }
    if (peak == null || bandwidth == null) {
      throw new InputException(
          "for what device? Give --device with one of "
              + String.join(", ", DeviceFigures.names())
              + ", --measured FILE, or --peak-gflops and --bandwidth-gbs");
    }
    return DeviceFigures.given(precision, peak, bandwidth, launch == null ? 0 : launch);
  }
}
