package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.report.ranking.Ranking.Verdict;
import io.github.lrfbench.harness.report.table.Cell;
import io.github.lrfbench.harness.report.table.Heading;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What the tables of rankings are made of, worked out once. */
final class Answers {
  private final Contests contests;
  private final Comparisons comparisons;
  private final WholeModel whole;
  private final List<Ranking> rankings;

  Answers(Contests contests) {
    this.contests = contests;
    comparisons = new Comparisons(contests.question().metric());
    whole = WholeModel.of(contests);
    rankings =
        whole.contests().stream()
            .map(contest -> Ranking.of(contest, contests.question(), comparisons))
            .toList();
  }

  Contests contests() {
    return contests;
  }

  Question question() {
    return contests.question();
  }

  Metric metric() {
    return question().metric();
  }

  Comparisons comparisons() {
    return comparisons;
  }

  List<Ranking> rankings() {
    return rankings;
  }

  boolean hasSeveralSeeds() {
    return contests.all().stream()
        .flatMap(contest -> contest.contenders().stream())
        .anyMatch(contender -> contender.rows().size() > 1);
  }

  /** Headings of what a contest is of. */
  List<Heading> contestHeadings(boolean withBudget) {
    List<Heading> headings = new ArrayList<>(contextHeadings());
    if (withBudget) {
      headings.add(Heading.key(budgetHeading()));
    }
    return headings;
  }

  List<Heading> contextHeadings() {
    List<Heading> headings = new ArrayList<>();
    contests.shown().forEach(column -> headings.add(Heading.key(column)));
    headings.add(Heading.key("dense"));
    return headings;
  }

  List<Cell> contestCells(Contest contest, boolean withBudget) {
    List<Cell> cells = new ArrayList<>();
    contests
        .shown()
        .forEach(
            column -> {
              String value = contest.context().get(column);
              cells.add(new Cell(Contests.brief(column, value), value, false));
            });
    cells.add(dense(contest));
    if (withBudget) {
      cells.add(budget(contest));
    }
    return cells;
  }

  /** The kind of all budgets, where there is one. */
  String budgetHeading() {
    Set<String> kinds = new TreeSet<>();
    contests.all().forEach(contest -> kinds.add(contest.budgetKind()));
    return kinds.size() == 1 && !kinds.contains("") ? kinds.iterator().next() : "budget";
  }

  Cell budget(Contest contest) {
    return Cell.of(budgetHeading().equals("budget") ? contest.budgetText() : contest.budget());
  }

  /** The dense model's score: from its rows, or from what others say of it; maybe several. */
  private Cell dense(Contest contest) {
    SortedSet<Double> values = contest.denseScores(metric());
    if (values.isEmpty()) {
      return Cell.EMPTY;
    }
    String low = Cell.round(values.first());
    String high = Cell.round(values.last());
    return Cell.figure(values.first()).showing(low.equals(high) ? low : low + " to " + high);
  }

  /** What was left out of rankings. */
  List<String> notes() {
    List<String> notes = new ArrayList<>(contests.notes());
    whole.note().ifPresent(notes::add);
    Set<String> lacking = new TreeSet<>();
    rankings.forEach(ranking -> lacking.addAll(ranking.lacking()));
    if (!lacking.isEmpty()) {
      notes.add(
          "Left out where they lack the seed of the others: " + String.join(", ", lacking) + ".");
    }
    if (rankings.stream().anyMatch(Ranking::leavesSeedsOut)) {
      notes.add("Of seeds only those are compared that all contenders have.");
    }
    if (comparisons.samples().unlike() > 0) {
      notes.add(
          "Predictions of "
              + comparisons.samples().unlike()
              + " cells do not give the metric of their rows and were not used.");
    }
    return notes;
  }

  /** How it is decided what is as good as the best. */
  String rule() {
    Set<String> tests =
        rankings.stream()
            .map(Ranking::tests)
            .filter(test -> !test.isEmpty())
            .collect(Collectors.toCollection(TreeSet::new));
    return "As good: not worse than the best at a confidence of "
        + question().levelText()
        + ", by Holm's correction over each row"
        + (tests.isEmpty() ? "" : "; tests: " + String.join(", ", tests))
        + "."
        + untested();
  }

  /** What is said of differences without a test, led by a space; empty where all were tested. */
  String untested() {
    return rankings.stream().allMatch(ranking -> ranking.with(Verdict.NOT_TESTED).isEmpty())
        ? ""
        : " Not tested where a standard error is not known: nothing is said there.";
  }

  /** The metrics that are shown, joined. */
  String metrics() {
    return contests.all().stream()
        .map(contest -> metric().name(contest.contenders().get(0).first()))
        .distinct()
        .collect(Collectors.joining(", "));
  }
}
