package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.report.table.Cell;
import io.github.lrfbench.harness.report.table.Heading;
import io.github.lrfbench.harness.report.table.Table;
import io.github.lrfbench.harness.statistics.Statistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Each against each: in how many contests it wins, ties and loses. */
final class MatrixTable {
  private static final int WIN = 0;
  private static final int TIE = 1;
  private static final int LOSS = 2;

  private final Answers answers;
  private final List<String> names;

  /** [contender, opponent, win or tie or loss] */
  private final int[][][] counts;

  private MatrixTable(Answers answers) {
    this.answers = answers;
    names = answers.contests().contenders();
    counts = new int[names.size()][names.size()][3];
    answers.rankings().forEach(this::count);
  }

  static Table of(Answers answers) {
    return new MatrixTable(answers).table();
  }

  private void count(Ranking ranking) {
    Set<Long> seeds = ranking.seeds();
    List<Contender> present =
        ranking.contest().with(seeds).stream().filter(ranking.contest()::reaches).toList();
    List<int[]> pairs = new ArrayList<>();
    List<Difference> differences = new ArrayList<>();
    for (int i = 0; i < present.size(); i++) {
      for (int j = i + 1; j < present.size(); j++) {
        pairs.add(
            new int[] {names.indexOf(present.get(i).name()), names.indexOf(present.get(j).name())});
        differences.add(answers.comparisons().of(present.get(i), present.get(j), seeds));
      }
    }
    double[] corrected =
        Statistics.holm(differences.stream().mapToDouble(Difference::pValue).toArray());
    for (int k = 0; k < corrected.length; k++) {
      if (Double.isNaN(corrected[k])) {
        continue;
      }
      int[] pair = pairs.get(k);
      boolean decided = corrected[k] < answers.question().alpha();
      boolean first = differences.get(k).gain() > 0;
      counts[pair[0]][pair[1]][decided ? first ? WIN : LOSS : TIE]++;
      counts[pair[1]][pair[0]][decided ? first ? LOSS : WIN : TIE]++;
    }
  }

  private Table table() {
    List<Integer> order =
        IntStream.range(0, names.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> total(i, LOSS) - total(i, WIN)))
            .toList();
    List<Heading> headings =
        new ArrayList<>(
            List.of(
                Heading.key("no."),
                Heading.key("contender"),
                Heading.figure("wins"),
                Heading.figure("ties"),
                Heading.figure("losses")));
    List<List<Cell>> rows = new ArrayList<>();
    for (int i = 0; i < order.size(); i++) {
      headings.add(Heading.figure("vs " + (i + 1)));
      int name = order.get(i);
      List<Cell> row = new ArrayList<>(List.of(Cell.of(i + 1L), Cell.of(names.get(name))));
      for (int kind : new int[] {WIN, TIE, LOSS}) {
        row.add(Cell.of((long) total(name, kind)));
      }
      order.forEach(opponent -> row.add(cell(counts[name][opponent])));
      rows.add(row);
    }
    List<String> notes = new ArrayList<>();
    notes.add(
        "Wins/ties/losses of the row against the column. A win is a difference at a confidence of "
            + answers.question().levelText()
            + ", by Holm's correction over all pairs of a contest; who misses the budget does "
            + "not take part."
            + answers.untested());
    notes.addAll(answers.notes());
    return new Table(
        "matrix",
        "Each against each in "
            + names.size()
            + " x "
            + names.size()
            + " ("
            + answers.metrics()
            + ")",
        headings,
        rows,
        notes);
  }

  private int total(int name, int kind) {
    return Arrays.stream(counts[name]).mapToInt(count -> count[kind]).sum();
  }

  private static Cell cell(int[] count) {
    return count[WIN] + count[TIE] + count[LOSS] == 0
        ? Cell.EMPTY
        : Cell.of(count[WIN] + "/" + count[TIE] + "/" + count[LOSS]);
  }
}
