package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.statistics.Statistics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A contest decided.
 *
 * @param contest it
 * @param seeds those that are compared
 * @param ranked the contenders with these seeds, the best first, those that do not reach the budget
 *     last
 */
record Ranking(Contest contest, Set<Long> seeds, List<Ranked> ranked) {
  /** What can be said of a contender. */
  enum Verdict {
    BEST("best"),
    AS_GOOD("as good"),
    /** Nothing can be said, for a standard error is not known. */
    NOT_TESTED("not tested"),
    WORSE("worse"),
    NOT_AT_BUDGET("misses budget");

    private final String label;

    Verdict(String label) {
      this.label = label;
    }

    /** Of one that is not the best, by the p-value of how far it is behind, NaN of no test. */
    static Verdict of(double pValue, double alpha) {
      return Double.isNaN(pValue) ? NOT_TESTED : pValue < alpha ? WORSE : AS_GOOD;
    }

    String label() {
      return label;
    }
  }

  /**
   * A contender with what can be said of it.
   *
   * @param score over the seeds that are compared
   * @param behind how much better the best is; of itself and of who does not compete null
   * @param corrected the p-value of that by Holm's correction over the contest
   */
  record Ranked(
      Contender contender, Score score, Difference behind, double corrected, Verdict verdict) {}

  static Ranking of(Contest contest, Question question, Comparisons comparisons) {
    Set<Long> seeds = contest.seeds();
    Metric metric = question.metric();
    List<Contender> order = new ArrayList<>(contest.with(seeds));
    order.sort(
        Comparator.comparingDouble(
            contender -> -metric.sign(contender.first()) * contender.score(metric, seeds).mean()));
    List<Contender> reached = order.stream().filter(contest::reaches).toList();
    List<Difference> behind =
        reached.stream()
            .skip(1)
            .map(contender -> comparisons.of(reached.get(0), contender, seeds))
            .toList();
    double[] corrected = Statistics.holm(behind.stream().mapToDouble(Difference::pValue).toArray());
    List<Ranked> ranked = new ArrayList<>();
    for (int i = 0; i < reached.size(); i++) {
      Difference difference = i == 0 ? null : behind.get(i - 1);
      double p = i == 0 ? Double.NaN : corrected[i - 1];
      Verdict verdict = i == 0 ? Verdict.BEST : Verdict.of(p, question.alpha());
      Score score = reached.get(i).score(metric, seeds);
      ranked.add(new Ranked(reached.get(i), score, difference, p, verdict));
    }
    for (Contender contender : order) {
      if (!contest.reaches(contender)) {
        Score score = contender.score(metric, seeds);
        ranked.add(new Ranked(contender, score, null, Double.NaN, Verdict.NOT_AT_BUDGET));
      }
    }
    return new Ranking(contest, seeds, ranked);
  }

  List<Ranked> with(Verdict verdict) {
    return ranked.stream().filter(one -> one.verdict() == verdict).toList();
  }

  /** Whether anything was decided: there is a best of several. */
  boolean isDecided() {
    return ranked.stream().filter(one -> one.verdict() != Verdict.NOT_AT_BUDGET).count() > 1;
  }

  /** The tests that were made, joined. */
  String tests() {
    return ranked.stream()
        .filter(one -> one.behind() != null && one.verdict() != Verdict.NOT_TESTED)
        .map(one -> one.behind().test().label())
        .distinct()
        .collect(Collectors.joining(", "));
  }

  /** Contenders that lack the seeds that are compared. */
  List<String> lacking() {
    List<Contender> here = contest.with(seeds);
    return contest.contenders().stream()
        .filter(contender -> !here.contains(contender))
        .map(Contender::name)
        .toList();
  }

  /** Seeds that are not compared since another contender lacks them. */
  boolean leavesSeedsOut() {
    return contest.contenders().stream()
        .anyMatch(contender -> !seeds.containsAll(contender.rows().keySet()));
  }
}
