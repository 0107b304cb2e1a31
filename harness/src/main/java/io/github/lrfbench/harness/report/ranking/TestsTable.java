package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.report.ranking.Ranking.Ranked;
import io.github.lrfbench.harness.report.table.Cell;
import io.github.lrfbench.harness.report.table.Heading;
import io.github.lrfbench.harness.report.table.Table;
import java.util.ArrayList;
import java.util.List;

/** All contenders of all contests, with the tests against the best. */
final class TestsTable {
  private TestsTable() {}

  static Table of(Answers answers) {
    double level = answers.question().level();
    List<Heading> headings = answers.contestHeadings(true);
    headings.add(Heading.key("contender"));
    headings.add(Heading.figure(answers.metric().column()));
    headings.add(Heading.figure("±"));
    headings.add(Heading.figure("sd of seeds"));
    headings.add(Heading.figure("seeds"));
    headings.add(Heading.figure("kept"));
    headings.add(Heading.figure("of model"));
    headings.add(Heading.text("verdict"));
    headings.add(Heading.figure("behind"));
    headings.add(Heading.figure("interval"));
    headings.add(Heading.figure("p"));
    headings.add(Heading.figure("p (Holm)"));
    headings.add(Heading.text("test"));
    List<List<Cell>> rows = new ArrayList<>();
    for (Ranking ranking : answers.rankings()) {
      for (Ranked one : ranking.ranked()) {
        List<Cell> row = answers.contestCells(ranking.contest(), true);
        Score score = one.score();
        row.add(Cell.of(one.contender().name()));
        row.add(Cell.figure(score.mean()));
        row.add(Double.isNaN(score.error()) ? Cell.EMPTY : Cell.figure(score.error()));
        row.add(score.seeds() > 1 ? Cell.figure(score.deviation()) : Cell.EMPTY);
        row.add(Cell.of(score.seeds()));
        row.add(Cell.figure(one.contender().mean("linear_ratio")));
        row.add(Cell.figure(one.contender().mean("params_ratio")));
        row.add(Cell.of(one.verdict().label()));
        Difference behind = one.behind();
        row.add(behind == null ? Cell.EMPTY : Cell.figure(behind.gain()));
        double reach = behind == null ? Double.NaN : behind.reach(level);
        row.add(Double.isNaN(reach) ? Cell.EMPTY : Cell.figure(reach));
        row.add(behind == null ? Cell.EMPTY : Cell.probability(behind.pValue()));
        row.add(Cell.probability(one.corrected()));
        row.add(behind == null ? Cell.EMPTY : Cell.of(behind.test().label()));
        rows.add(row);
      }
    }
    List<String> notes = new ArrayList<>();
    notes.add(
        "Behind: how much worse than the best of its contest, with the interval of "
            + answers.question().levelText()
            + " to either side, which is not corrected.");
    notes.add(answers.rule());
    notes.addAll(answers.notes());
    return new Table(
        "tests", "Tests against the best (" + answers.metrics() + ")", headings, rows, notes);
  }
}
