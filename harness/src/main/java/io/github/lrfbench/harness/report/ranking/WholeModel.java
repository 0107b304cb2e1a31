package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.report.ranking.Question.BudgetOf;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Contests in which those can be compared that cut different parts of a model, such as its matrices
 * and its embeddings: half of the one is not half of the other. Who cuts another part than most
 * takes part at a budget by that of its cells that keeps most of the whole model and still no more
 * of it than the others do there, whatever the cell's own budget is.
 *
 * @param contests in their order
 * @param note which cells take part at another budget than theirs, for people
 */
record WholeModel(List<Contest> contests, Optional<String> note) {
  static WholeModel of(Contests contests) {
    if (contests.question().budgetOf() == BudgetOf.MATRICES) {
      return new WholeModel(contests.all(), Optional.empty());
    }
    Map<Contest, Contest> matched = new LinkedHashMap<>();
    List<String> told = new ArrayList<>();
    for (List<Contest> context : contests.byContext()) {
      for (Contest contest : context) {
        Map<String, Contender> chosen =
            contest.isUsual(context) ? chosen(context, contest) : Map.of();
        if (!chosen.isEmpty()) {
          matched.put(contest, contest.with(chosen));
          chosen.forEach((name, cell) -> told.add(told(contest, name, cell)));
        }
      }
    }
    return new WholeModel(
        contests.all().stream().map(one -> matched.getOrDefault(one, one)).toList(),
        told.isEmpty()
            ? Optional.empty()
            : Optional.of(
                "Who cuts another part of the model than most is compared by the largest of its "
                    + "cells that keeps no more of the whole model than they: "
                    + String.join(", ", told.stream().distinct().toList())
                    + "."));
  }

  private static String told(Contest contest, String name, Contender cell) {
    return String.format(
        "%s at %s by its %s %s",
        name, contest.budgetText(), contest.budgetKind(), cell.first().text("budget"));
  }

  /** By name the cells of other budgets that are to take part. */
  private static Map<String, Contender> chosen(List<Contest> context, Contest contest) {
    Map<String, Contender> chosen = new LinkedHashMap<>();
    for (Contest other : context) {
      if (other.budgetKind().equals(contest.budgetKind())) {
        for (Contender cell : other.contenders()) {
          boolean fits =
              contest.cutsOthers(cell) && contest.size(cell) != null && contest.reaches(cell);
          if (fits) {
            chosen.merge(cell.name(), cell, (a, b) -> larger(contest, a, b));
          }
        }
      }
    }
    chosen.values().removeIf(contest.contenders()::contains);
    return chosen;
  }

  private static Contender larger(Contest contest, Contender a, Contender b) {
    return Comparator.<Contender, Double>comparing(contest::size).compare(a, b) >= 0 ? a : b;
  }
}
