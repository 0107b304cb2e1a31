package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.report.ranking.Ranking.Verdict;
import io.github.lrfbench.harness.report.table.Cell;
import io.github.lrfbench.harness.report.table.Heading;
import io.github.lrfbench.harness.report.table.Table;
import io.github.lrfbench.harness.statistics.Statistics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The mean of GLUE's metrics over all tasks at hand, of those contenders that have them all. Both
 * dev sets of MNLI together count as one task, as on GLUE's board; AX is none.
 */
final class AverageTable {
  private static final Set<String> METRICS =
      Set.of("accuracy", "accuracy_f1", "mcc", "pearson_spearman");

  private static final List<String> OF_THE_TASK =
      List.of(
          "task",
          "split",
          "examples",
          "metric_name",
          "data_hash",
          "extra.max_length",
          "model_revision");

  /** A contender's scores of all tasks, and their weighted mean. */
  private record Mean(String name, List<Contender> contenders, double value) {}

  private final Answers answers;
  private final List<Ranking> usable;
  private final boolean byModel;
  private final List<List<Cell>> rows = new ArrayList<>();
  private final Set<String> tasks = new LinkedHashSet<>();

  /** At which budgets contenders were left out. */
  private final Map<String, Set<String>> incomplete = new TreeMap<>();

  private boolean ambiguous;

  private AverageTable(Answers answers) {
    this.answers = answers;
    usable = answers.rankings().stream().filter(AverageTable::isOfGlue).toList();
    Map<String, Set<String>> models = new LinkedHashMap<>();
    usable.forEach(
        ranking ->
            models
                .computeIfAbsent(value(ranking, "task"), task -> new TreeSet<>())
                .add(value(ranking, "model")));
    byModel = models.values().stream().anyMatch(names -> names.size() > 1);
  }

  static Table of(Answers answers) {
    return new AverageTable(answers).table();
  }

  private static boolean isOfGlue(Ranking ranking) {
    ResultRow row = ranking.contest().contenders().get(0).first();
    return METRICS.contains(row.text("metric_name")) && !row.text("task").equals("ax");
  }

  private static String value(Ranking ranking, String column) {
    return ranking.contest().context().getOrDefault(column, "");
  }

  private Table table() {
    Map<Map<String, String>, List<Ranking>> groups = new LinkedHashMap<>();
    for (Ranking ranking : usable) {
      Map<String, String> key = new LinkedHashMap<>(ranking.contest().context());
      OF_THE_TASK.forEach(key::remove);
      if (!byModel) {
        key.remove("model");
      }
      groups.computeIfAbsent(key, any -> new ArrayList<>()).add(ranking);
    }
    List<String> shown =
        answers.contests().shown().stream()
            .filter(column -> groups.keySet().stream().anyMatch(key -> key.containsKey(column)))
            .toList();
    groups.forEach((key, rankings) -> average(key, shown, rankings));
    List<Heading> headings = new ArrayList<>();
    shown.forEach(column -> headings.add(Heading.key(column)));
    headings.add(Heading.key(answers.budgetHeading()));
    headings.add(Heading.text("contender"));
    headings.add(Heading.figure("average"));
    headings.add(Heading.figure("±"));
    headings.add(Heading.figure("behind"));
    headings.add(Heading.figure("p (Holm)"));
    headings.add(Heading.text("verdict"));
    return new Table("average", title(), headings, rows, notes());
  }

  private String title() {
    return "Average of " + answers.metric().column() + " over " + String.join(", ", tasks);
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    notes.add(
        "±: one standard error; tasks are independent of each other. Best and as good at a "
            + "confidence of "
            + answers.question().levelText()
            + ", by Holm's correction over a budget."
            + answers.untested());
    if (!incomplete.isEmpty()) {
      notes.add(
          "Left out where they lack a task or miss the budget: "
              + incomplete.entrySet().stream()
                  .map(entry -> entry.getKey() + " (" + String.join(", ", entry.getValue()) + ")")
                  .collect(Collectors.joining(", "))
              + ".");
    }
    if (ambiguous) {
      notes.add(
          "No average where a task is there several times (on other data, or by other weights); "
              + "choose by --where.");
    }
    if (usable.size() < answers.rankings().size()) {
      notes.add("Of GLUE's metrics only; other tasks are left out.");
    }
    notes.addAll(answers.notes());
    return notes;
  }

  private void average(Map<String, String> key, List<String> shown, List<Ranking> rankings) {
    Set<String> all = new LinkedHashSet<>();
    Map<String, List<Ranking>> budgets = new LinkedHashMap<>();
    for (Ranking ranking : rankings) {
      all.add(value(ranking, "task"));
      budgets
          .computeIfAbsent(ranking.contest().budgetText(), any -> new ArrayList<>())
          .add(ranking);
    }
    tasks.addAll(all);
    budgets.values().stream()
        .sorted(
            Comparator.comparing(
                list -> list.get(0).contest().contenders().get(0).first().number("budget"),
                Comparator.nullsLast(Comparator.reverseOrder())))
        .forEach(list -> average(key, shown, all, list));
  }

  private void average(
      Map<String, String> key, List<String> shown, Set<String> all, List<Ranking> rankings) {
    long distinct = rankings.stream().map(ranking -> value(ranking, "task")).distinct().count();
    if (distinct < rankings.size()) {
      ambiguous = true;
      return;
    }
    double[] weights = weights(rankings);
    List<Mean> means = means(all, rankings, weights);
    int sign = means.isEmpty() ? 1 : answers.metric().sign(means.get(0).contenders.get(0).first());
    means.sort(Comparator.comparingDouble(mean -> -sign * mean.value));
    List<Difference> behind =
        means.stream()
            .skip(1)
            .map(mean -> difference(means.get(0), mean, rankings, weights))
            .toList();
    double[] corrected = Statistics.holm(behind.stream().mapToDouble(Difference::pValue).toArray());
    for (int i = 0; i < means.size(); i++) {
      Mean mean = means.get(i);
      double p = i == 0 ? Double.NaN : corrected[i - 1];
      Verdict verdict = i == 0 ? Verdict.BEST : Verdict.of(p, answers.question().alpha());
      boolean strong = verdict == Verdict.BEST || verdict == Verdict.AS_GOOD;
      List<Cell> row = new ArrayList<>();
      shown.forEach(column -> row.add(Cell.of(key.get(column))));
      row.add(answers.budget(rankings.get(0).contest()));
      row.add(Cell.of(mean.name).strong(strong && means.size() > 1));
      row.add(Cell.figure(mean.value));
      double error = error(mean, rankings, weights);
      row.add(Double.isNaN(error) ? Cell.EMPTY : Cell.figure(error));
      row.add(i == 0 ? Cell.EMPTY : Cell.figure(behind.get(i - 1).gain()));
      row.add(Cell.probability(p));
      row.add(Cell.of(verdict.label()));
      rows.add(row);
    }
  }

  /** Of each task; they add up to 1. */
  private static double[] weights(List<Ranking> rankings) {
    List<String> tasks = rankings.stream().map(ranking -> value(ranking, "task")).toList();
    boolean both = tasks.contains("mnli") && tasks.contains("mnli-mm");
    double count = both ? tasks.size() - 1 : tasks.size();
    return tasks.stream()
        .mapToDouble(task -> (both && task.startsWith("mnli") ? 0.5 : 1) / count)
        .toArray();
  }

  private List<Mean> means(Set<String> all, List<Ranking> rankings, double[] weights) {
    Map<String, List<Contender>> byName = new LinkedHashMap<>();
    for (Ranking ranking : rankings) {
      Contest contest = ranking.contest();
      for (Contender contender : contest.contenders()) {
        List<Contender> found = byName.computeIfAbsent(contender.name(), name -> new ArrayList<>());
        if (contest.reaches(contender) && contest.with(ranking.seeds()).contains(contender)) {
          found.add(contender);
        }
      }
    }
    List<Mean> means = new ArrayList<>();
    byName.forEach(
        (name, contenders) -> {
          if (contenders.size() < all.size()) {
            incomplete
                .computeIfAbsent(name, any -> new LinkedHashSet<>())
                .add(rankings.get(0).contest().budgetText());
            return;
          }
          double sum = 0;
          for (int i = 0; i < weights.length; i++) {
            sum += weights[i] * score(contenders.get(i), rankings.get(i)).mean();
          }
          means.add(new Mean(name, contenders, sum));
        });
    return means;
  }

  private Score score(Contender contender, Ranking ranking) {
    return contender.score(answers.metric(), ranking.seeds());
  }

  private double error(Mean mean, List<Ranking> rankings, double[] weights) {
    double variance = 0;
    for (int i = 0; i < weights.length; i++) {
      double error = weights[i] * score(mean.contenders.get(i), rankings.get(i)).error();
      variance += error * error;
    }
    return Math.sqrt(variance);
  }

  /** The variances of tasks add up; of degrees of freedom the fewest count. */
  private Difference difference(Mean best, Mean other, List<Ranking> rankings, double[] weights) {
    double gain = 0;
    double variance = 0;
    double freedom = Double.POSITIVE_INFINITY;
    for (int i = 0; i < weights.length; i++) {
      Difference one =
          answers
              .comparisons()
              .of(best.contenders.get(i), other.contenders.get(i), rankings.get(i).seeds());
      gain += weights[i] * one.gain();
      variance += weights[i] * weights[i] * one.variance();
      freedom = Math.min(freedom, one.freedom());
    }
    return Difference.of(gain, variance, freedom, Difference.Test.UNPAIRED);
  }
}
