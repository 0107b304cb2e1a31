package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.report.ranking.Ranking.Ranked;
import io.github.lrfbench.harness.report.ranking.Ranking.Verdict;
import io.github.lrfbench.harness.report.table.Cell;
import io.github.lrfbench.harness.report.table.Heading;
import io.github.lrfbench.harness.report.table.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** Who wins where: of each contest the best, and all that are as good. */
final class WinsTable {
  private WinsTable() {}

  static Table of(Answers answers) {
    boolean seeds = answers.hasSeveralSeeds();
    boolean missed =
        answers.rankings().stream()
            .anyMatch(ranking -> !ranking.with(Verdict.NOT_AT_BUDGET).isEmpty());
    List<Heading> headings = answers.contestHeadings(true);
    headings.add(Heading.text("best"));
    headings.add(Heading.figure(answers.metric().column()));
    headings.add(Heading.figure("±"));
    if (seeds) {
      headings.add(Heading.figure("seeds"));
    }
    headings.add(Heading.figure("of model"));
    headings.add(Heading.text("as good"));
    if (missed) {
      headings.add(Heading.text("misses budget"));
    }
    List<List<Cell>> rows = new ArrayList<>();
    for (Ranking ranking : answers.rankings()) {
      List<Cell> row = answers.contestCells(ranking.contest(), true);
      best(ranking, seeds, row);
      row.add(names(ranking, Verdict.AS_GOOD));
      if (missed) {
        row.add(withShares(ranking));
      }
      rows.add(row);
    }
    List<String> notes = new ArrayList<>();
    notes.add(answers.rule());
    notes.add("±: one standard error" + (seeds ? " over examples and seeds." : "."));
    if (missed) {
      notes.add(
          "Misses its budget: saves less of the matrices that the others cut; behind the name the "
              + "share of the model that is left.");
    }
    notes.addAll(answers.notes());
    return new Table("wins", "Who wins where (" + answers.metrics() + ")", headings, rows, notes);
  }

  /** The best, its score, and what is left of the model. */
  private static void best(Ranking ranking, boolean seeds, List<Cell> row) {
    List<Ranked> best = ranking.with(Verdict.BEST);
    if (best.isEmpty()) {
      row.add(Cell.of("none"));
      row.addAll(List.of(Cell.EMPTY, Cell.EMPTY, Cell.EMPTY));
      if (seeds) {
        row.add(Cell.EMPTY);
      }
      return;
    }
    Ranked winner = best.get(0);
    Score score = winner.score();
    row.add(Cell.of(winner.contender().name()).strong(ranking.isDecided()));
    row.add(Cell.figure(score.mean()));
    row.add(Double.isNaN(score.error()) ? Cell.EMPTY : Cell.figure(score.error()));
    if (seeds) {
      row.add(Cell.of(score.seeds()));
    }
    row.add(Cell.figure(winner.contender().mean("params_ratio")));
  }

  private static Cell names(Ranking ranking, Verdict verdict) {
    if (!ranking.isDecided()) {
      return Cell.of("(no other)");
    }
    String names =
        ranking.with(verdict).stream()
            .map(one -> one.contender().name())
            .collect(Collectors.joining(", "));
    int untested = ranking.with(Verdict.NOT_TESTED).size();
    String unknown = untested == 0 ? "" : "(" + untested + " not tested)";
    return Cell.of(names + (names.isEmpty() || untested == 0 ? "" : ", ") + unknown);
  }

  private static Cell withShares(Ranking ranking) {
    return Cell.of(
        ranking.with(Verdict.NOT_AT_BUDGET).stream()
            .map(Ranked::contender)
            .map(
                contender ->
                    contender.name()
                        + Objects.requireNonNullElse(share(contender.mean("params_ratio")), ""))
            .collect(Collectors.joining(", ")));
  }

  private static String share(Double ratio) {
    return ratio == null ? null : " " + Cell.round(ratio);
  }
}
