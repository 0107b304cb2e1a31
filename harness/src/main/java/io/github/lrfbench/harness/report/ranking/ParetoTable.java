package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.report.table.Cell;
import io.github.lrfbench.harness.report.table.Heading;
import io.github.lrfbench.harness.report.table.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The cells that no other of their context beats in score and in some cost at once. */
final class ParetoTable {
  /**
   * A cost.
   *
   * @param name for people
   * @param column by which contenders are compared
   * @param sign 1 where less is better, otherwise -1
   */
  private record Cost(String name, String column, int sign) {
    Double of(Contender contender) {
      Double value = contender.mean(column);
      return value == null || value.isNaN() ? null : value;
    }
  }

  /** Speed by the ratio of calls in turns, which says more than the times of different minutes. */
  private static final List<Cost> COSTS =
      List.of(
          new Cost("parameters", "params_ratio", 1),
          new Cost("bytes", "bytes", 1),
          new Cost("operations", "flops_ratio", 1),
          new Cost("speedup", "speedup", -1),
          new Cost("energy", "energy_j_per_example", 1));

  private record Point(Contender contender, Contest contest, double score) {}

  private ParetoTable() {}

  static Table of(Answers answers) {
    List<Cost> costs =
        COSTS.stream()
            .filter(
                cost ->
                    answers.contests().all().stream()
                        .flatMap(contest -> contest.contenders().stream())
                        .anyMatch(contender -> cost.of(contender) != null))
            .toList();
    List<Heading> headings = answers.contextHeadings();
    headings.add(Heading.text("contender"));
    headings.add(Heading.text(answers.budgetHeading()));
    headings.add(Heading.figure(answers.metric().column()));
    costs.forEach(cost -> headings.add(Heading.figure(cost.column())));
    headings.add(Heading.text("on the front of"));
    List<List<Cell>> rows = new ArrayList<>();
    for (List<Contest> contests : answers.contests().byContext()) {
      List<Point> points = points(contests, answers.metric());
      points.sort(Comparator.comparingDouble(point -> -point.score));
      for (Point point : points) {
        List<String> fronts =
            costs.stream().filter(cost -> isOnFront(point, points, cost)).map(Cost::name).toList();
        if (!fronts.isEmpty()) {
          rows.add(row(answers, point, costs, fronts));
        }
      }
    }
    List<String> notes = new ArrayList<>();
    notes.add(
        "A cell is on a front if none of its context scores at least as much at no higher cost, and "
            + "more or at a lower one. Means decide, chance is not considered; the speedup is over "
            + "the dense model, both in turns.");
    if (hosts(answers).size() > 1) {
      notes.add(
          "Speedups were measured on several machines: " + String.join(", ", hosts(answers)) + ".");
    }
    notes.addAll(answers.contests().notes());
    return new Table("pareto", "Pareto fronts (" + answers.metrics() + ")", headings, rows, notes);
  }

  private static Set<String> hosts(Answers answers) {
    return answers.contests().all().stream()
        .flatMap(contest -> contest.contenders().stream())
        .flatMap(contender -> contender.rows().values().stream())
        .map(row -> row.text("host"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** All contenders at all budgets, and the dense model. */
  private static List<Point> points(List<Contest> contests, Metric metric) {
    List<Point> points = new ArrayList<>();
    Contest any = contests.get(0);
    Contender dense = new Contender("dense");
    any.dense().forEach(row -> dense.rows().put(row.seed(), row));
    if (!dense.rows().isEmpty()) {
      Contest none = new Contest(any.context(), "", "", any.of(), List.of(dense), any.dense());
      points.add(new Point(dense, none, score(dense, metric)));
    }
    contests.forEach(
        contest ->
            contest
                .contenders()
                .forEach(one -> points.add(new Point(one, contest, score(one, metric)))));
    return points;
  }

  private static double score(Contender contender, Metric metric) {
    return metric.sign(contender.first())
        * contender.score(metric, contender.rows().keySet()).mean();
  }

  private static boolean isOnFront(Point point, List<Point> points, Cost cost) {
    Double own = cost.of(point.contender);
    if (own == null) {
      return false;
    }
    return points.stream()
        .noneMatch(
            other -> {
              Double cheaper = cost.of(other.contender);
              return cheaper != null
                  && cost.sign * cheaper <= cost.sign * own
                  && other.score >= point.score
                  && (cost.sign * cheaper < cost.sign * own || other.score > point.score);
            });
  }

  private static List<Cell> row(
      Answers answers, Point point, List<Cost> costs, List<String> fronts) {
    List<Cell> row = answers.contestCells(point.contest, false);
    row.add(Cell.of(point.contender.name()));
    row.add(answers.budget(point.contest));
    row.add(
        Cell.figure(
            Math.abs(point.score) == 0
                ? 0
                : point.score * answers.metric().sign(point.contender.first())));
    for (Cost cost : costs) {
      Double value = cost.of(point.contender);
      boolean count = cost.column.equals("bytes") && value != null;
      row.add(count ? Cell.of(Math.round(value)) : Cell.figure(value));
    }
    row.add(Cell.of(String.join(", ", fronts)));
    return row;
  }
}
