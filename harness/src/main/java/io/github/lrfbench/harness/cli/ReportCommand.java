package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.input.WholeFile;
import io.github.lrfbench.harness.report.Comparison;
import io.github.lrfbench.harness.report.ReportInput;
import io.github.lrfbench.harness.report.ReportPage;
import io.github.lrfbench.harness.report.RunTable;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.kernels.InputException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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
      "--compare tells of each cell whether B is BETTER or WORSE than A: the 95 %% interval of the difference, from the",
      "standard errors, leaves out 0. It is the SAME where the interval lies within the margin or nothing differs, and",
      "UNDECIDED otherwise. Latencies are compared by their means, on one machine and in one shape only.",
      "",
      "A row at the end of a file whose writing was cut off is left out, and a line on stderr says so. Of a cell that",
      "failed and was run again, only the last row is shown.",
      "",
      "Examples: lrfbench report results/runs/*/runs.csv --html report.html",
      "          lrfbench report --compare before.csv after.csv"
    })
final class ReportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(arity = "0..*", paramLabel = "RUNS.csv", description = "Files of rows.")
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
      defaultValue = "0.05",
      description = "Fractions of the latency up to this are the SAME. Default: ${DEFAULT-VALUE}.")
  private double latencyMargin;

  @Override
  public Integer call() {
    PrintWriter stdout = spec.commandLine().getOut();
    requireOneUse();
    List<Path> places = compare.isEmpty() ? files : compare;
    List<List<RunRow>> rows = places.stream().map(ReportCommand::read).toList();
    if (compare.isEmpty() ? rows.stream().allMatch(List::isEmpty) : rows.contains(List.of())) {
      throw new InputException(
          places.get(rows.indexOf(List.of())) + ": there is no whole row to report");
    }
    if (!compare.isEmpty()) {
      stdout.print(Comparison.render(rows.get(0), rows.get(1), margin, latencyMargin));
    } else if (html != null) {
      writePage(files.stream().map(ReportInput::read).toList());
    } else {
      rows.forEach(table -> stdout.print(RunTable.render(table)));
    }
    stdout.flush();
    return ExitCode.DONE;
  }

  /** The whole rows of a file; the user is told of one that was cut off. */
  private static List<RunRow> read(Path file) {
    List<RunRow> rows = ResultsCsv.RUNS.read(file);
    if (ResultsCsv.RUNS.endsTorn(file)) {
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

  private void writePage(List<ReportInput> inputs) {
    String page = ReportPage.render(inputs);
    WholeFile.write(html, out -> out.write(page));
    System.err.println("written to " + html);
  }
}
