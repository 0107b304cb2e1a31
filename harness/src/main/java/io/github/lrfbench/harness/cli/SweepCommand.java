package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.config.Setting;
import io.github.lrfbench.harness.config.SweepFile;
import io.github.lrfbench.harness.demo.DemoModel;
import io.github.lrfbench.harness.result.OutputDirectory;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.sweep.CellChoice;
import io.github.lrfbench.harness.sweep.KeptPredictions;
import io.github.lrfbench.harness.sweep.LatencyKind;
import io.github.lrfbench.harness.sweep.Shard;
import io.github.lrfbench.harness.sweep.SweepConfig;
import io.github.lrfbench.harness.sweep.SweepRecord;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code sweep}: the grid of models, tasks, methods and budgets. */
@Command(
    name = "sweep",
    description = {
      "Compresses models, evaluates and times them beside the dense model, and writes a row per"
          + " cell.",
      "",
      "A cell is a model, a task, a method and a budget. Its row goes to runs.csv, a row for each"
          + " of its matrices to",
      "layers.csv, for each of its timed calls to latencies.csv. Without options it runs the"
          + " embedded demo."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Several values of an option, repeated or separated by commas, are a grid. The dense model is"
          + " always a row. Cells that the output directory",
      "holds already are not run again, nor those that take no less memory than one that ran out of"
          + " it. Where it holds",
      "cells of other data than what is read now, nothing is run.",
      "",
      "Example: lrfbench sweep benchmarks/sweeps/demo.yaml --threads 2",
      "Example: lrfbench sweep --model ./bert-mrpc --task mrpc --glue ./glue_data --keep"
          + " 0.9,0.7,0.5 --out ./mrpc"
    })
final class SweepCommand implements Callable<Integer> {
  private static final List<Double> DEMO_KEEP = List.of(0.9, 0.7, 0.5, 0.3, 0.2, 0.1);

  private static final String KERNELS = "kernels";
  private static final String MAX_CELLS = "--max-cells";

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "CONFIG.yaml",
      description = {
        "A sweep in a file: every option but --shard, --retry-memory, --max-cells and --dry-run is"
            + " a key without dashes, and options given here win. Under 'grids' stands a list of"
            + " further mappings, each a grid (or a single cell) over the other keys. With"
            + " 'command: kernels' the keys are the options of that command. Paths are relative to"
            + " the working directory."
      })
  private Path file;

  @OptionTopic.Of(OptionTopic.SUBJECT)
  @Option(
      names = "--model",
      paramLabel = "M",
      split = ",",
      description =
          "A model directory, hf:owner/name[@revision], demo:bert, the default, or demo:gpt2."
              + " Repeatable.")
  private List<String> models = new ArrayList<>();

  @OptionTopic.Of(OptionTopic.SUBJECT)
  @Option(
      names = "--task",
      paramLabel = "T",
      split = ",",
      description =
          "See 'lrfbench list tasks'. Default, for a demo model: the demo tasks that it knows."
              + " Repeatable.")
  private List<String> tasks = new ArrayList<>();

  @Mixin private CompressionOptions options;

  @Mixin private CacheOptions cache;

  @Mixin private RecoveryOptions recovery;

  @Mixin private DeviceSelection selection;

  @OptionTopic.Of(OptionTopic.LATENCY)
  @Option(
      names = "--latency",
      paramLabel = "KIND",
      split = ",",
      defaultValue = "forward",
      description =
          "What is timed: forward, or of language models prefill or decode (one token, with a cache"
              + " of --seq-len less one). Throughput is measured so too, in calls of 32 sequences."
              + " Default: ${DEFAULT-VALUE}. Repeatable.")
  private List<String> latencies = new ArrayList<>();

  @OptionTopic.Of(OptionTopic.LATENCY)
  @Option(
      names = "--batch-size",
      paramLabel = "B",
      split = ",",
      defaultValue = "1",
      description =
          "Sequences per call in the latency measurement. Default: ${DEFAULT-VALUE}. Repeatable.")
  private List<Integer> batchSizes = new ArrayList<>();

  @OptionTopic.Of(OptionTopic.LATENCY)
  @Option(
      names = "--seq-len",
      paramLabel = "L",
      split = ",",
      defaultValue = "0",
      description =
          "Tokens per sequence in the latency measurement. Default: 128, or what the model allows."
              + " Repeatable.")
  private List<Integer> seqLens = new ArrayList<>();

  @Mixin private TimingOptions timing;

  @Mixin private DataOptions data;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the files go. Default: a new folder in results/runs.")
  private Path out;

  @Option(
      names = "--predictions",
      paramLabel = "WHICH",
      defaultValue = "auto",
      description =
          "Of which cells predictions/CELL_ID.jsonl is written beside runs.csv: all, none, or auto,"
              + " those on tasks of at most 10000 examples. Texts have no predictions. Default:"
              + " ${DEFAULT-VALUE}.")
  private String predictions;

  @Option(
      names = "--peer",
      paramLabel = "RUNTIME",
      split = ",",
      description =
          "Time every model in other runtimes too, in turns with ours: onnxruntime, in a jar of"
              + " LRFBENCH_CLASSPATH (docs/peers.md) or in Python, or pytorch, in Python: that"
              + " which LRFBENCH_PYTHON names (python3 by default), with onnxruntime, or with"
              + " torch, transformers and safetensors. A row of its own tells the runtime, its"
              + " latency, and as speedup how many times faster than ours it is. On the CPU in"
              + " fp32; pytorch runs dense and low-rank matrices only. Repeatable.")
  private List<String> peers = new ArrayList<>();

  @OptionTopic.Of(OptionTopic.COMPRESSION)
  @Option(
      names = "--exit",
      paramLabel = "POLICY",
      split = ",",
      description =
          "Beside every cell one whose passes stop at early exits, which 'finetune --exits' makes:"
              + " entropy:S, where an exit's entropy is below S nats; patience:T, when T exits in"
              + " turn have not changed the prediction (of scores patience:T:tau=D, by less than"
              + " D); or layer:K, always after block K. It is timed on the task's own examples, one"
              + " at a time, in turns with whole passes. Repeat or separate by commas.")
  private List<String> exits = new ArrayList<>();

  @Option(
      names = "--shard",
      paramLabel = "I/N",
      description =
          "Run only part I of N (from 0) of the cells, into a folder of its own below --out. /N"
              + " takes I from JOB_COMPLETION_INDEX or SLURM_ARRAY_TASK_ID. Default: in a Slurm"
              + " array its part, else all.")
  private String shard;

  @Option(
      names = "--retry-memory",
      description =
          "Run cells again that ran out of memory in an earlier call, and those skipped for taking"
              + " no less.")
  private boolean retryMemory;

  @Option(
      names = MAX_CELLS,
      paramLabel = "N",
      defaultValue = "100000",
      description = "Refuse a sweep of more cells than this. Default: ${DEFAULT-VALUE}.")
  private long maxCells;

  @Option(
      names = "--dry-run",
      description =
          "Read models and data, list the cells by id, with the time they may take if earlier runs"
              + " tell it, and stop. Ends with 2 where something is missing or wrong.")
  private boolean dryRun;

  private List<RunRow> rows = List.of();

  /** The rows of all cells, once it was called. */
  List<RunRow> rows() {
    return rows;
  }

  @Override
  public Integer call() {
    if (file != null) {
      SweepFile read = SweepFile.read(file);
      if (read.command().isPresent()) {
        return runOther(read, read.command().get());
      }
    }
    return run(lines().stream().map(SweepCommand::parse).toList());
  }

  /** The command of a command line, which names no file or one that was read already. */
  static SweepCommand parse(List<String> line) {
    SweepCommand command = new SweepCommand();
    new CommandLine(command).parseArgs(line.toArray(String[]::new));
    return command;
  }

  /** The command lines of all grids that this one, or its file, asks for. */
  List<List<String>> lines() {
    ParseResult given = spec.commandLine().getParseResult();
    if (file == null) {
      return GridAxes.lines(given);
    }
    SweepFile read = SweepFile.read(file);
    read.command()
        .ifPresent(
            named -> {
              throw read.fault(named.line(), "only the cells of a sweep can run elsewhere");
            });
    return new SweepFileArguments(read, spec, SweepCommand::new, given)
        .grids().stream()
            .map(line -> parse(line).spec.commandLine().getParseResult())
            .flatMap(line -> GridAxes.lines(line).stream())
            .toList();
  }

  /** What is in the file, or null without one. */
  String fileText() {
    return file == null ? null : SweepFile.read(file).text();
  }

  /**
   * Opens the device, or in the place of an automatic choice another.
   *
   * @throws InputException if there are several
   */
  Device openDevice(String instead) {
    if (selection.device().equals("auto") || instead.startsWith("cuda")) {
      selection.device(instead);
    }
    return selection.open();
  }

  boolean retriesMemory() {
    return retryMemory;
  }

  /** Runs the command that a file names, once for each grid. */
  private int runOther(SweepFile read, Setting named) {
    if (!named.values().equals(List.of(KERNELS))) {
      throw read.fault(
          named.line(), "the command of a file is " + KERNELS + ", or left out for a sweep");
    }
    CommandLine other = spec.parent().commandLine().getSubcommands().get(KERNELS);
    ParseResult given = spec.commandLine().getParseResult();
    String argument = given.matchedPositional(0).originalStringValues().get(0);
    List<String[]> calls = new ArrayList<>();
    for (List<String> line :
        new SweepFileArguments(read, other.getCommandSpec(), KernelsCommand::new, given).grids()) {
      List<String> options = new ArrayList<>(line);
      options.remove(options.lastIndexOf(argument));
      calls.add(options.toArray(String[]::new));
    }
    // What is wrong with all of them is told once, before any begins.
    calls.forEach(other::parseArgs);
    int worst = ExitCode.DONE;
    for (String[] call : calls) {
      worst = Math.max(worst, other.execute(call));
    }
    return worst;
  }

  /** Runs grids, of which the first tells what there is one of: output, shard. */
  private int run(List<SweepCommand> grids) {
    String runId = OutputDirectory.newRunId(Instant.now());
    Shard part = Shard.of(grids.get(0).shard, System.getenv());
    RecoveryOptions.requireTraining(grids.stream().map(grid -> grid.recovery).toList());
    List<SweepConfig> configs = grids.stream().map(grid -> grid.config(runId, part)).toList();
    grids.get(0).requireFew(configs);
    PrintWriter stdout = spec.commandLine().getOut();
    List<SweepCall.Grid> all = new ArrayList<>();
    for (int i = 0; i < grids.size(); i++) {
      all.add(new SweepCall.Grid(configs.get(i), grids.get(i).selection));
    }
    if (dryRun) {
      return DryRun.print(all, part, stdout);
    }
    configs.stream()
        .flatMap(config -> config.models().stream())
        .distinct()
        .forEach(HubModels::source);
    if (!part.isWhole()) {
      System.err.println("part " + part.index() + " of 0 to " + (part.count() - 1));
    }
    List<String> arguments = spec.commandLine().getParseResult().originalArgs();
    SweepRecord record = new SweepRecord(runId, configs, part, arguments, fileText());
    CellChoice choice = new CellChoice(part::owns, grids.get(0).retryMemory);
    SweepCall call = new SweepCall(all, record, choice);
    int code = call.run(stdout);
    rows = call.rows();
    return code;
  }

  /** What takes weeks, or only listing it all memory, is most likely a slip. */
  void requireFew(List<SweepConfig> configs) {
    long cells = 0;
    for (SweepConfig config : configs) {
      cells += Math.min(config.cells(), Long.MAX_VALUE - cells);
    }
    if (cells > maxCells) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "the sweep has %d cells, more than %d; if that is meant, allow it by %s %d",
              cells,
              maxCells,
              MAX_CELLS,
              cells));
    }
  }

  SweepConfig config(String runId, Shard part) {
    Path directory = out == null ? OutputDirectory.RUNS.resolve(runId) : out;
    List<String> chosenModels = models.isEmpty() ? List.of(DemoModel.BERT.modelName()) : models;
    List<Budget> budgets = options.grid.budgets();
    if (budgets.isEmpty()) {
      DEMO_KEEP.forEach(keep -> budgets.add(new Budget.Keep(keep)));
    }
    return new SweepConfig(
        chosenModels,
        tasks.isEmpty() ? demoTasks(chosenModels) : tasks,
        options.methods,
        budgets,
        options.allocation.allocations(),
        recovery.recoveries(),
        options.calibration.examples(),
        options.seeds,
        options.layers,
        selection.ofOneKind(),
        selection.dtype(),
        selection.threads,
        LatencyKind.parse(OneValue.of("--latency", latencies)),
        OneValue.of("--batch-size", batchSizes),
        OneValue.of("--seq-len", seqLens),
        timing.rule(),
        timing.timesEach(),
        data.maxLength(),
        data.limit(),
        cache.of(options.matrices.options()),
        data.glue,
        data.texts(),
        part.isWhole() ? directory : directory.resolve(part.folder()),
        KeptPredictions.parse(predictions),
        peers,
        ExitsOption.policies(exits));
  }

  private static List<String> demoTasks(List<String> models) {
    return DemoModel.of(models.get(0))
        .filter(demo -> models.size() == 1)
        .map(DemoModel::tasks)
        .orElseThrow(
            () -> new InputException("which task? Give --task, see 'lrfbench list tasks'"));
  }
}
