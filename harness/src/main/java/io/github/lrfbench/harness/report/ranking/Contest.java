package io.github.lrfbench.harness.report.ranking;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * Rows that can be compared: of one model on one task, at one budget.
 *
 * @param context what they agree in, by column
 * @param budgetKind empty where there is none
 * @param budget as a person would type it, empty where there is none
 * @param contenders in the order of their rows
 * @param dense rows of the dense model in this context
 */
record Contest(
    Map<String, String> context,
    String budgetKind,
    String budget,
    List<Contender> contenders,
    List<ResultRow> dense) {
  /** A method may fall short of a budget by so much of the matrices, since ranks are whole. */
  private static final double SLACK = 0.01;

  private static final double BITS_OF_BYTE = 8;

  /** The budget with its kind. */
  String budgetText() {
    return (budgetKind + " " + budget).strip();
  }

  /** The seeds that all contenders have; where there is none, the one that most have. */
  Set<Long> seeds() {
    Map<Long, Integer> counts = new HashMap<>();
    contenders.forEach(
        contender ->
            contender.rows().keySet().forEach(seed -> counts.merge(seed, 1, Integer::sum)));
    int most = counts.values().stream().mapToInt(count -> count).max().orElse(0);
    Set<Long> seeds = new TreeSet<>();
    counts.forEach((seed, count) -> addIf(count == most, seeds, seed));
    return most == contenders.size() || seeds.isEmpty() ? seeds : Set.of(seeds.iterator().next());
  }

  private static void addIf(boolean condition, Set<Long> seeds, long seed) {
    if (condition) {
      seeds.add(seed);
    }
  }

  /** Those with all of some seeds. */
  List<Contender> with(Set<Long> seeds) {
    return contenders.stream()
        .filter(contender -> contender.rows().keySet().containsAll(seeds))
        .toList();
  }

  /**
   * Whether a contender saves what the budget asks for: of {@code keep} the parameters, of {@code
   * bits} the bits, of those matrices that most contenders cut. Of other budgets, and where numbers
   * lack, nothing can be said against it.
   */
  boolean reaches(Contender contender) {
    return contender.rows().values().stream().allMatch(this::reaches);
  }

  private boolean reaches(ResultRow row) {
    Double share = row.number("budget");
    if (share == null || !budgetKind.equals("keep") && !budgetKind.equals("bits")) {
      return true;
    }
    boolean keep = budgetKind.equals("keep");
    String before = keep ? "linear_params_dense" : "linear_bytes_dense";
    String after = keep ? "linear_params" : "linear_bytes";
    Double whole = usual(before);
    Double own = row.number(before);
    Double stored = row.number(after);
    Double weights = usual("linear_params_dense");
    if (whole == null || own == null || stored == null || weights == null) {
      return true;
    }
    double allowed = keep ? share * whole : share * weights / BITS_OF_BYTE;
    return own - stored >= whole - allowed - SLACK * whole;
  }

  /** The number that most contenders have in a column, the larger one of two. */
  private Double usual(String column) {
    Map<Double, Integer> counts = new HashMap<>();
    contenders.stream()
        .map(contender -> contender.first().number(column))
        .filter(Objects::nonNull)
        .forEach(value -> counts.merge(value, 1, Integer::sum));
    List<Double> values = new ArrayList<>(counts.keySet());
    values.sort(
        (a, b) ->
            counts.get(a).equals(counts.get(b)) ? a.compareTo(b) : counts.get(a) - counts.get(b));
    return values.isEmpty() ? null : values.get(values.size() - 1);
  }
}
