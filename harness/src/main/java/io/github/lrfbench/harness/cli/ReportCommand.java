package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.input.WholeFile;
import io.github.lrfbench.harness.report.Comparison;
import io.github.lrfbench.harness.report.KernelPage;
import io.github.lrfbench.harness.report.KernelTables;
import io.github.lrfbench.harness.report.ReportInput;
import io.github.lrfbench.harness.report.ReportPage;
import io.github.lrfbench.harness.report.RunTable;
import io.github.lrfbench.harness.result.KernelRow;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.kernels.InputException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code report}: results as a table, a page, or a comparison. */
@Command(
    name = "report",
    description = "Shows results: as a table, as a page with plots, or compared with others.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The page needs no network. It shows the matrices of layers.csv and the run of run.json where they lie beside a",
      "file; beside NAME.csv, NAME-layers.csv.",
      "",
      "A row is called by its label: the method, and all that sets its variant apart but budget and seed. Rows are of one",
      "cell where model, task, label, budget and seed are the same, whatever versions wrote them.",
      "",
      "--compare tells of each cell whether B is BETTER or WORSE than A. If in truth nothing differs, one of all verdicts on",
      "metrics is BETTER or WORSE with a chance of 5 %% at the most, and so is one of those on latencies (Holm's procedure).",
      "A cell is the SAME where the 95 %% interval of the difference lies within the margin or nothing differs, and",
      "UNDECIDED otherwise. The interval of metrics is from their standard errors.",
      "",
      "Latencies are compared by speedup, which is better when higher, on one machine and in one shape only: times of two",
      "runs differ by what else the machine does. The interval is from the rounds of both measurements, a standard error of",
      "1.5 %% between runs of the program, and a quarter of what the dense model's own time in these rounds changed by.",
      "Rows of versions without rounds are UNDECIDED, and the dense model itself gets no verdict on latency.",
      "",
      "A row at the end of a file whose writing was cut off is left out, and a line on stderr says so. Of a cell that",
      "failed and was run again, only the last row is shown.",
      "",
      "Of a file that 'lrfbench kernels' wrote, the tables of that command are shown.",
      "",
      "Examples: lrfbench report results/runs/*/runs.csv --html report.html",
      "          lrfbench report --compare before.csv after.csv"
    })
final class ReportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "RUNS.csv",
      description = "Files of rows, of sweeps or of kernels.")
  private List<Path> files = new ArrayList<>();

  @Option(names = "--html", paramLabel = "FILE", description = "Write a page instead of the table.")
  private Path html;

  @Option(
      names = "--compare",
      arity = "2",
      paramLabel = "FILE",
      description = "Compare two files, A and then B.")
  private List<Path> compare = new ArrayList<>();

  @Option(
      names = "--margin",
      paramLabel = "D",
      defaultValue = "0.01",
      description = "Differences of the metric up to this are the SAME. Default: ${DEFAULT-VALUE}.")
  private double margin;

  @Option(
      names = "--latency-margin",
      paramLabel = "F",
      defaultValue = "0.1",
      description = "Fractions of the speedup up to this are the SAME. Default: ${DEFAULT-VALUE}.")
  private double latencyMargin;

  @Override
  public Integer call() {
    PrintWriter stdout = spec.commandLine().getOut();
    requireOneUse();
    if (Stream.concat(files.stream(), compare.stream()).anyMatch(ResultsCsv.KERNELS::isFile)) {
      return reportKernels(stdout);
    }
    List<Path> places = compare.isEmpty() ? files : compare;
    List<List<RunRow>> rows = places.stream().map(file -> read(ResultsCsv.RUNS, file)).toList();
    if (compare.isEmpty() ? rows.stream().allMatch(List::isEmpty) : rows.contains(List.of())) {
      throw new InputException(
          places.get(rows.indexOf(List.of())) + ": there is no whole row to report");
    }
    if (!compare.isEmpty()) {
      stdout.print(Comparison.render(rows.get(0), rows.get(1), margin, latencyMargin));
    } else if (html != null) {
      writePage(ReportPage.render(files.stream().map(ReportInput::read).toList()));
    } else {
      rows.forEach(table -> stdout.print(RunTable.render(table)));
    }
    stdout.flush();
    return ExitCode.DONE;
  }

  /** What {@code kernels} measured, all files as if they were one. */
  private int reportKernels(PrintWriter stdout) {
    if (!files.stream().allMatch(ResultsCsv.KERNELS::isFile) || !compare.isEmpty()) {
      throw new InputException(
          "what 'lrfbench kernels' wrote is reported by itself: not with results of sweeps, nor"
              + " by --compare");
    }
    List<KernelRow> rows =
        files.stream().flatMap(file -> read(ResultsCsv.KERNELS, file).stream()).toList();
    if (rows.isEmpty()) {
      throw new InputException(files.get(0) + ": there is no whole row to report");
    }
    if (html != null) {
      String sources = files.stream().map(Path::toString).collect(Collectors.joining(", "));
      writePage(KernelPage.render(sources, rows));
    } else {
      stdout.print(KernelTables.render(rows));
      stdout.flush();
    }
    return ExitCode.DONE;
  }

  /** The whole rows of a file; the user is told of one that was cut off. */
  private static <R> List<R> read(ResultsCsv<R> table, Path file) {
    List<R> rows = table.read(file);
    if (table.endsTorn(file)) {
      System.err.println(file + ": the last row is cut off and left out");
    }
    return rows;
  }

  private void requireOneUse() {
    if (compare.isEmpty() == files.isEmpty()) {
      throw new InputException("which results? Give files, or --compare with two of them");
    }
    if (!compare.isEmpty() && html != null) {
      throw new InputException("--html and --compare do not go together");
    }
    if (!(margin >= 0) || !(latencyMargin >= 0)) {
      throw new InputException("a margin must be at least 0");
    }
  }

  private void writePage(String page) {
    WholeFile.write(html, out -> out.write(page));
    System.err.println("written to " + html);
  }
}
