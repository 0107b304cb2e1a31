package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.report.ranking.Ranking.Ranked;
import io.github.lrfbench.harness.report.ranking.Ranking.Verdict;
import io.github.lrfbench.harness.report.table.Cell;
import io.github.lrfbench.harness.report.table.Heading;
import io.github.lrfbench.harness.report.table.Table;
import java.util.ArrayList;
import java.util.List;

/** The scores of all contenders beside each other, a row for each contest. */
final class ScoresTable {
  private ScoresTable() {}

  static Table of(Answers answers) {
    List<String> names = answers.contests().contenders();
    List<Heading> headings = answers.contestHeadings(true);
    names.forEach(name -> headings.add(Heading.figure(name)));
    List<List<Cell>> rows = new ArrayList<>();
    boolean missed = false;
    for (Ranking ranking : answers.rankings()) {
      List<Cell> row = answers.contestCells(ranking.contest(), true);
      for (String name : names) {
        row.add(cell(ranking, name, answers.metric()));
      }
      missed |= !ranking.with(Verdict.NOT_AT_BUDGET).isEmpty();
      rows.add(row);
    }
    List<String> notes = new ArrayList<>();
    notes.add("Marked: the best of a row and what is as good. " + answers.rule());
    if (answers.hasSeveralSeeds()) {
      notes.add("Of several seeds: mean ± standard deviation (how many).");
    }
    if (missed) {
      notes.add(
          "In parentheses: misses its budget; it saves less of the matrices that the others cut.");
    }
    notes.addAll(answers.notes());
    return new Table("scores", "Scores (" + answers.metrics() + ")", headings, rows, notes);
  }

  /** Over all seeds of the contender, whatever seeds others have. */
  private static Cell cell(Ranking ranking, String name, Metric metric) {
    for (Contender contender : ranking.contest().contenders()) {
      if (contender.name().equals(name)) {
        Score score = contender.score(metric, contender.rows().keySet());
        String text = Cell.round(score.mean());
        if (score.seeds() > 1) {
          text += " ± " + Cell.round(score.deviation()) + " (" + score.seeds() + ")";
        }
        Verdict verdict = verdict(ranking, contender);
        boolean strong = verdict == Verdict.BEST || verdict == Verdict.AS_GOOD;
        return Cell.figure(score.mean())
            .showing(verdict == Verdict.NOT_AT_BUDGET ? "(" + text + ")" : text)
            .strong(strong && ranking.isDecided());
      }
    }
    return Cell.EMPTY;
  }

  private static Verdict verdict(Ranking ranking, Contender contender) {
    return ranking.ranked().stream()
        .filter(one -> one.contender() == contender)
        .map(Ranked::verdict)
        .findFirst()
        .orElse(Verdict.WORSE);
  }
}
