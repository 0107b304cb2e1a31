package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.input.WholeFile;
import io.github.lrfbench.harness.report.Comparison;
import io.github.lrfbench.harness.report.KernelPage;
import io.github.lrfbench.harness.report.KernelTables;
import io.github.lrfbench.harness.report.ReportInput;
import io.github.lrfbench.harness.report.ReportPage;
import io.github.lrfbench.harness.report.RunTable;
import io.github.lrfbench.harness.report.ranking.ResultRow;
import io.github.lrfbench.harness.result.KernelRow;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.kernels.InputException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code report}: results as tables, a page, or a comparison. */
@Command(
    name = "report",
    description =
        "Shows results and which method wins where: as tables, as a page with plots, or compared with others.",
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
      "Rows of versions without rounds are UNDECIDED, and so are those timed while other work kept more than a tenth of",
      "the processors busy; the dense model itself gets no verdict on latency.",
      "",
      "A row at the end of a file whose writing was cut off is left out, and a line on stderr says so. Of a cell that",
      "failed and was run again, only the last row is shown.",
      "",
      "Methods are compared on the same task, model, weights, data, device, numbers and shape, at the same budget; what",
      "differs in these is kept apart, and a line says so. Where predictions/ lies beside the files, tests are paired",
      "(McNemar's for accuracy, otherwise the bootstrap); else the standard errors of both are added. Seeds are averaged",
      "over. Who saves less of the matrices than the budget asks for does not win at it; who cuts another part of the",
      "model than most is compared at the same share of the whole model, as --budget-of says.",
      "",
      "Of files that 'lrfbench kernels' wrote, its tables are shown, by --html with break-even curves and the roofline.",
      "",
      "Examples: lrfbench report results/runs/*/runs.csv --html report.html",
      "          lrfbench report runs.csv --plot scores.svg --over bits_per_weight",
      "          lrfbench report runs.csv --tables scores,average,matrix --format latex --where budget=0.5",
      "          lrfbench report runs.csv --by allocate --tables tests",
      "          lrfbench report --compare before.csv after.csv"
    })
final class ReportCommand implements Callable<Integer> {
  private static final String PARAMS_RATIO = "params_ratio";

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "RUNS.csv",
      description = "Files of rows, of sweeps or of kernels.")
  private List<Path> files = new ArrayList<>();

  @Option(names = "--html", paramLabel = "FILE", description = "Write a page instead of the table.")
  private Path html;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description =
          "Write a plot of the scores with their intervals, as SVG, instead of tables: a panel for each task and model, a"
              + " curve for each label, dashed where the dense model is.")
  private Path plot;

  @Option(
      names = "--over",
      paramLabel = "COLUMN",
      description = "What the plot's horizontal axis shows. Default: " + PARAMS_RATIO + ".")
  private String over;

  @Mixin private RankingOptions ranking;

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
      rows = rows.stream().map(this::chosen).toList();
      stdout.print(Comparison.render(rows.get(0), rows.get(1), margin, latencyMargin));
    } else {
      report(rows, stdout);
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
    ranking.requireNone("what 'lrfbench kernels' wrote");
    List<KernelRow> rows =
        files.stream().flatMap(file -> read(ResultsCsv.KERNELS, file).stream()).toList();
    if (rows.isEmpty()) {
      throw new InputException(files.get(0) + ": there is no whole row to report");
    }
    if (plot != null) {
      throw new InputException("--plot draws scores of sweeps, not what 'lrfbench kernels' wrote");
    }
    if (html != null) {
      String sources = files.stream().map(Path::toString).collect(Collectors.joining(", "));
      write(html, KernelPage.render(sources, rows));
    } else {
      stdout.print(KernelTables.render(rows));
      stdout.flush();
    }
    return ExitCode.DONE;
  }

  private void report(List<List<RunRow>> tables, PrintWriter stdout) {
    List<ResultRow> rows = new ArrayList<>();
    for (int i = 0; i < tables.size(); i++) {
      Path folder = files.get(i).toAbsolutePath().getParent();
      tables.get(i).forEach(row -> rows.add(new ResultRow(row, folder)));
    }
    List<ResultRow> chosen = ranking.choose(rows);
    if (plot != null) {
      write(plot, ranking.plot(chosen, over == null ? PARAMS_RATIO : over));
      return;
    }
    Set<RunRow> wanted = Collections.newSetFromMap(new IdentityHashMap<>());
    chosen.forEach(row -> wanted.add(row.row()));
    if (html != null || ranking.isPage()) {
      page(chosen, stdout);
      return;
    }
    String answers = ranking.print(chosen);
    String gap = "";
    if (ranking.showsRuns()) {
      for (List<RunRow> table : tables) {
        stdout.print(RunTable.render(table.stream().filter(wanted::contains).toList()));
      }
      gap = "\n";
    }
    stdout.print(answers.isEmpty() ? "" : gap + answers);
  }

  private List<RunRow> chosen(List<RunRow> rows) {
    return ranking.choose(rows.stream().map(row -> new ResultRow(row, null)).toList()).stream()
        .map(ResultRow::row)
        .toList();
  }

  /** The whole rows of a file; the user is told of one that was cut off. */
  private static <R> List<R> read(ResultsCsv<R> table, Path file) {
    Notes notes = new Notes();
    List<R> rows = table.read(file, notes);
    notes.lines().forEach(System.err::println);
    return rows;
  }

  private void requireOneUse() {
    ranking.check();
    if (compare.isEmpty() == files.isEmpty()) {
      throw new InputException("which results? Give files, or --compare with two of them");
    }
    if (!compare.isEmpty() && html != null) {
      throw new InputException("--html and --compare do not go together");
    }
    if (plot != null && (html != null || !compare.isEmpty())) {
      throw new InputException("--plot goes neither with --html nor with --compare");
    }
    if (plot != null) {
      ranking.requireNoTable();
    } else if (over != null) {
      throw new InputException("--over says what --plot draws scores over; give --plot too");
    }
    if (!compare.isEmpty()) {
      ranking.requireOnlyWhere("--compare", false);
    } else if (html != null) {
      ranking.requireOnlyWhere("--html", true);
    }
    if (!(margin >= 0) || !(latencyMargin >= 0)) {
      throw new InputException("a margin must be at least 0");
    }
  }

  private void page(List<ResultRow> chosen, PrintWriter stdout) {
    Set<RunRow> wanted = new HashSet<>();
    chosen.forEach(row -> wanted.add(row.row()));
    String page =
        ReportPage.render(
            files.stream()
                .map(ReportInput::read)
                .map(
                    input ->
                        new ReportInput(
                            input.source(),
                            input.runs().stream().filter(wanted::contains).toList(),
                            input.layers(),
                            input.record()))
                .toList());
    if (html == null) {
      stdout.print(page);
    } else {
      write(html, page);
    }
  }

  private static void write(Path file, String text) {
    WholeFile.write(file, out -> out.write(text));
    System.err.println("written to " + file);
  }
}
