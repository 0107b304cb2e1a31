package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.report.table.Table;
import io.github.lrfbench.harness.text.Names;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The tables that say which method wins where. */
public enum ReportTable {
  /** The best of each task and budget, and all that are as good. */
  WINS(WinsTable::of),
  /** The scores of all, side by side. */
  SCORES(ScoresTable::of),
  /** All, with the tests against the best. */
  TESTS(TestsTable::of),
  /** The mean over tasks. */
  AVERAGE(AverageTable::of),
  /** Wins, ties and losses of each against each. */
  MATRIX(MatrixTable::of),
  /** Who is beaten by none in score and cost at once. */
  PARETO(ParetoTable::of);

  private final Function<Answers, Table> maker;

  ReportTable(Function<Answers, Table> maker) {
    this.maker = maker;
  }

  /** The name that users give. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The table of a name.
   *
   * @throws io.github.lrfbench.kernels.InputException if there is none
   */
  public static ReportTable named(String name, Collection<String> others) {
    List<String> names = new ArrayList<>(others);
    Arrays.stream(values()).forEach(table -> names.add(table.label()));
    return Arrays.stream(values())
        .filter(table -> table.label().equals(name))
        .findFirst()
        .orElseThrow(() -> Names.unknown("table", name, names));
  }

  /**
   * Tables of rows.
   *
   * @return none where no two rows are of one contest and {@code onlyIfDecided}
   */
  public static List<Table> of(
      List<ReportTable> tables, List<ResultRow> rows, Question question, boolean onlyIfDecided) {
    Contests contests = Contests.of(rows, question);
    boolean decided = contests.all().stream().anyMatch(contest -> contest.contenders().size() > 1);
    if (contests.all().isEmpty() || onlyIfDecided && !decided) {
      return List.of();
    }
    Answers answers = new Answers(contests);
    return tables.stream().map(table -> table.maker.apply(answers)).toList();
  }
}
