package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.kernelsuite.KernelSuite;
import io.github.lrfbench.harness.kernelsuite.KernelSuiteConfig;
import io.github.lrfbench.harness.kernelsuite.MatrixShape;
import io.github.lrfbench.harness.measure.Clock;
import io.github.lrfbench.harness.measure.StopRule;
import io.github.lrfbench.harness.report.KernelTables;
import io.github.lrfbench.harness.result.CsvAppender;
import io.github.lrfbench.harness.result.KernelColumns;
import io.github.lrfbench.harness.result.KernelRow;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.ProductRounding;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.apache.commons.csv.CSVFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Times the kernels of a device. */
@Command(
    name = "kernels",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    header = "Times truncated SVD and low-rank products on this device.",
    description = {
      "",
      "Says where low rank pays before any model is loaded. A weight matrix of m x n as two"
          + " factors of rank r takes r (m + n) / (m n) of the operations, so on paper it is"
          + " faster below rank m n / (m + n): 384 for 768x768. Measured, the two thin products"
          + " are less efficient, and the break-even rank is lower; how much depends on the device,"
          + " the shape and the number of rows (tokens computed together).",
      "",
      "Prints tables: of every shape the speedup by rank and the rank at which it is 1, how near to"
          + " the roofline products come, and the time and error of each algorithm of truncated SVD."
          + " 'not reached' is said of a break-even above the measured ranks.",
      "",
      "--out writes all figures as CSV, which 'lrfbench report' shows again: rows of kind gemm (the"
          + " peak), dense_matmul and lowrank_matmul (on a GPU lowrank_two_products beside what"
          + " the device chose), break_even, svd, stream (the bandwidth of memory) and launch (what it"
          + " takes to start an operation). results/SCHEMA.md explains the columns; 'lrfbench"
          + " estimate' takes a device's figures from there."
    },
    footer = {
      "",
      "Examples:",
      "  lrfbench kernels --quick                    a first look, some seconds",
      "  lrfbench kernels --out kernels.csv          the default grid, some minutes",
      "  lrfbench report kernels.csv                 its tables again",
      "  lrfbench sweep benchmarks/sweeps/kernels.yaml --out kernels.csv    the options in a file",
      "  lrfbench kernels --device cuda --shapes 768x768 --ranks 64,128 --rows 1,128"
    })
public final class KernelsCommand implements Callable<Integer>, PrintsData {
  private static final String TEXT = "text";
  private static final String CSV = "csv";

  private static final List<String> SHAPES =
      List.of("768x768", "3072x768", "768x3072", "2304x768", "1024x4096");
  private static final List<Integer> RANKS =
      List.of(8, 16, 32, 64, 128, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144);
  private static final List<Integer> ROWS = List.of(1, 16, 128, 1024);

  private static final List<String> QUICK_SHAPES = List.of("768x768", "3072x768");
  private static final List<Integer> QUICK_RANKS = List.of(32, 128, 384, 1024);
  private static final List<Integer> QUICK_ROWS = List.of(1, 128);

  private static final StopRule SVD_RULE = rule(1, 3, 0, 8_000);
  private static final StopRule MATMUL_RULE = rule(3, 20, 300, 5_000);
  private static final StopRule QUICK_SVD_RULE = rule(1, 2, 0, 3_000);
  private static final StopRule QUICK_MATMUL_RULE = rule(2, 10, 50, 2_000);

  @Mixin private DeviceSelection selection;

  @Option(
      names = "--shapes",
      paramLabel = "MxN",
      split = ",",
      description = "weight matrices, outputs x inputs (default: those of BERT and GPT-2)")
  private List<String> shapes;

  @Option(
      names = "--ranks",
      paramLabel = "R",
      split = ",",
      description =
          "ranks; those above min(m, n) of a shape are left out (default: 8 to"
              + " where factors take as many operations as the matrix)")
  private List<Integer> ranks;

  @Option(
      names = "--rows",
      paramLabel = "T",
      split = ",",
      description = "rows of the product's input, the tokens (default: 1, 16, 128, 1024)")
  private List<Integer> rows;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "0",
      description = "seed of the random matrices (default: 0)")
  private long seed;

  @Option(names = "--out", paramLabel = "FILE", description = "append all figures to a CSV file")
  private Path out;

  @Option(
      names = "--format",
      paramLabel = "F",
      defaultValue = TEXT,
      description =
          "what is printed: text, tables at the end, or csv, rows as they are measured (default: text)")
  private String format;

  @Option(names = "--quick", description = "a smaller grid and fewer runs, for a first look")
  private boolean quick;

  @Option(
      names = "--no-tune",
      description =
          "on a GPU, do not measure first which low-rank products run fused; what an earlier call"
              + " found there holds")
  private boolean noTune;

  @Option(names = "--dry-run", description = "list what would be measured, and stop")
  private boolean dryRun;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (!List.of(TEXT, CSV).contains(format)) {
      throw new InputException("--format must be text or csv, but is " + format);
    }
    KernelSuiteConfig config = config();
    if (dryRun) {
      PrintWriter stdout = spec.commandLine().getOut();
      config.groups().forEach(stdout::println);
      stdout.flush();
      return ExitCode.DONE;
    }
    PrintWriter progress = spec.commandLine().getErr();
    Consumer<String> progressLine =
        line -> {
          progress.println(line);
          progress.flush();
        };
    try (Device device = selection.open()) {
      boolean cpu = device.id().equals("cpu");
      if (device.rounding() == ProductRounding.INT8
          || cpu && device.rounding() != ProductRounding.NONE) {
        // Weights would be rounded anew in each product, which no model's pass does.
        throw new InputException(
            (cpu ? "kernels on the CPU works in fp32, not in " : "kernels does not work in ")
                + selection.dtype()
                + "; leave out --dtype");
      }
      progressLine.accept(selection.choice());
      if (!noTune) {
        device.tune(progressLine);
      }
      KernelSuite suite =
          new KernelSuite(
              device, config, Clock.SYSTEM, selection.storage(device), selection.dtype());
      if (out == null) {
        run(suite, row -> {}, progressLine);
      } else {
        try (CsvAppender table = CsvAppender.open(out, KernelColumns.TABLE.header())) {
          run(suite, row -> table.append(row.print()), progressLine);
        }
      }
    }
    return ExitCode.DONE;
  }

  private KernelSuiteConfig config() {
    List<String> shapeTexts = shapes != null ? shapes : quick ? QUICK_SHAPES : SHAPES;
    return new KernelSuiteConfig(
        shapeTexts.stream().map(MatrixShape::parse).toList(),
        ranks != null ? ranks : quick ? QUICK_RANKS : RANKS,
        ranks == null,
        rows != null ? rows : quick ? QUICK_ROWS : ROWS,
        seed,
        quick ? QUICK_SVD_RULE : SVD_RULE,
        quick ? QUICK_MATMUL_RULE : MATMUL_RULE);
  }

  /** Measures, keeps what is measured, and prints it. */
  private void run(KernelSuite suite, Consumer<KernelRow> kept, Consumer<String> progress) {
    PrintWriter stdout = spec.commandLine().getOut();
    if (format.equals(CSV)) {
      printCsv(KernelColumns.TABLE.header());
      suite.run(kept.andThen(row -> printCsv(row.print())), progress);
    } else {
      List<KernelRow> rows = new ArrayList<>();
      suite.run(kept.andThen(rows::add), progress);
      stdout.print(KernelTables.render(rows));
      stdout.flush();
    }
  }

  private void printCsv(List<String> cells) {
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(CSVFormat.RFC4180.format(cells.toArray()) + "\r\n");
    stdout.flush();
  }

  private static StopRule rule(int warmup, int runs, long minimumMs, long maximumMs) {
    return new StopRule(warmup, runs, Duration.ofMillis(minimumMs), Duration.ofMillis(maximumMs));
  }
}
