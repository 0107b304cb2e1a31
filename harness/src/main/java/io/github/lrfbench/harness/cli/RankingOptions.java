package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.report.ranking.Metric;
import io.github.lrfbench.harness.report.ranking.Question;
import io.github.lrfbench.harness.report.ranking.ReportTable;
import io.github.lrfbench.harness.report.ranking.ResultRow;
import io.github.lrfbench.harness.report.ranking.RowFilter;
import io.github.lrfbench.harness.report.ranking.ScorePlot;
import io.github.lrfbench.harness.report.table.Table;
import io.github.lrfbench.harness.report.table.TableFormat;
import io.github.lrfbench.harness.text.Names;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Which tables {@code report} prints, of which rows, and how. */
@OptionTopic.Of(OptionTopic.TABLES)
final class RankingOptions {
  /** The page, which is no table. */
  private static final String HTML = "html";

  /** The rows themselves, cell by cell. */
  private static final String RUNS = "runs";

  @Option(
      names = "--tables",
      split = ",",
      paramLabel = "TABLE",
      description = {
        "What to show: runs (each cell), wins (the best of each task and budget, and all that are as good), scores"
            + " (all side by side), tests (all, tested against the best), average (over the tasks of GLUE), matrix"
            + " (wins/ties/losses of each against each), pareto. Default: runs,wins as text, else wins."
      })
  private List<String> tables = new ArrayList<>();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description =
          "text, md, latex, csv (one table, figures with all digits) or html (the page). Default: text.")
  private String format;

  @Option(
      names = "--where",
      paramLabel = "COLUMN=VALUE",
      description = {
        "Rows to take: --where task=mrpc,method=drone. Of one column given several times any value will do; != leaves"
            + " out; * is any text."
      })
  private List<String> where = new ArrayList<>();

  @Option(
      names = "--by",
      split = ",",
      paramLabel = "COLUMN",
      defaultValue = "label",
      description = {
        "What is compared: rows that agree in all else but differ in these columns, such as allocate, dtype or model."
            + " Default: label, the method with all that sets it apart."
      })
  private List<String> by;

  @Option(
      names = "--metric",
      paramLabel = "NAME",
      defaultValue = Metric.STANDARD,
      description = "By what: accuracy, f1, loss, ... Default: the task's own.")
  private String metric;

  @Option(
      names = "--mix",
      split = ",",
      paramLabel = "COLUMN",
      description =
          "Compare rows that differ in these columns, too, which are kept apart otherwise: model_revision.")
  private List<String> mix = new ArrayList<>();

  @Option(
      names = "--level",
      paramLabel = "P",
      defaultValue = "0.95",
      description = "The confidence of intervals and tests. Default: ${DEFAULT-VALUE}.")
  private double level;

  @Option(
      names = "--budget-of",
      paramLabel = "PART",
      defaultValue = "model",
      description = {
        "At what budget methods meet that cut different parts of a model: model (by the share of the whole model that is"
            + " left) or matrices (by the budget that each was given for what it cuts). Default: ${DEFAULT-VALUE}."
      })
  private String budgetOf;

  /** Checks the names, before a file is read. */
  void check() {
    List<String> formats =
        Stream.concat(Arrays.stream(TableFormat.values()).map(TableFormat::label), Stream.of(HTML))
            .toList();
    if (!formats.contains(format)) {
      throw Names.unknown("format", format, formats);
    }
    rankings();
    question();
    RowFilter.parse(where);
    boolean text = format.equals(TableFormat.TEXT.label());
    if (tables.contains(RUNS) && !text) {
      throw new InputException("the table runs is text only; scores and tests have all cells");
    }
    if (isPage()) {
      requireOnlyWhere("the page", true);
    }
    if (format.equals(TableFormat.CSV.label()) && tables.size() > 1) {
      throw new InputException("--format csv is one table; name one by --tables");
    }
  }

  /**
   * Refuses options that would do nothing.
   *
   * @param what takes {@code --where} only
   * @param anyFormat whether the format says that it is asked for
   */
  void requireOnlyWhere(String what, boolean anyFormat) {
    if (!isStandard(anyFormat)) {
      throw new InputException("of the options of tables only --where goes with " + what);
    }
  }

  /**
   * Checks that none of the options is given.
   *
   * @param what takes none
   * @throws InputException if one is
   */
  void requireNone(String what) {
    if (!where.isEmpty() || !isStandard(false)) {
      throw new InputException("no option of tables goes with " + what);
    }
  }

  /** Whether all but {@code --where} are as they are where they are not given. */
  private boolean isStandard(boolean anyFormat) {
    return tables.isEmpty()
        && mix.isEmpty()
        && by.equals(List.of("label"))
        && metric.equals(Metric.STANDARD)
        && budgetOf.equals(Question.BudgetOf.MODEL.label())
        && (anyFormat || format.equals(TableFormat.TEXT.label()));
  }

  /** Refuses what says how tables look, for a plot. */
  void requireNoTable() {
    if (!tables.isEmpty() || !format.equals(TableFormat.TEXT.label())) {
      throw new InputException("--tables and --format do not go with --plot");
    }
    if (!budgetOf.equals(Question.BudgetOf.MODEL.label())) {
      throw new InputException("--budget-of does not go with --plot, whose axis --over says");
    }
  }

  /** An SVG of the rows' scores over a column. */
  String plot(List<ResultRow> rows, String over) {
    return ScorePlot.svg(rows, question(), over, System.err::println);
  }

  boolean isPage() {
    return format.equals(HTML);
  }

  boolean showsRuns() {
    return tables.isEmpty() ? format.equals(TableFormat.TEXT.label()) : tables.contains(RUNS);
  }

  List<ResultRow> choose(List<ResultRow> rows) {
    return RowFilter.parse(where).choose(rows);
  }

  /** The tables of rows, printed, with a line between them. */
  String print(List<ResultRow> rows) {
    TableFormat printed = TableFormat.valueOf(format.toUpperCase(Locale.ROOT));
    boolean asked = !tables.isEmpty() || !showsRuns() || !metric.equals(Metric.STANDARD);
    List<Table> made = ReportTable.of(rankings(), rows, question(), !asked);
    if (made.isEmpty() && asked && !rankings().isEmpty()) {
      throw new InputException("there is no compressed model with " + metric + " to report");
    }
    return made.stream().map(printed::print).collect(Collectors.joining("\n"));
  }

  private List<ReportTable> rankings() {
    return tables.isEmpty()
        ? List.of(ReportTable.WINS)
        : tables.stream()
            .filter(name -> !name.equals(RUNS))
            .map(name -> ReportTable.named(name, List.of(RUNS)))
            .toList();
  }

  private Question question() {
    return new Question(Metric.named(metric), by, mix, level, Question.BudgetOf.named(budgetOf));
  }
}
