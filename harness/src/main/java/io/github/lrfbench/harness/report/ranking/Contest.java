package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.report.ranking.Question.BudgetOf;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Rows that can be compared: of one model on one task, at one budget.
 *
 * @param context what they agree in, by column
 * @param budgetKind empty where there is none
 * @param budget as a person would type it, empty where there is none
 * @param of of what the budget is a share where contenders cut different parts of the model
 * @param contenders in the order of their rows
 * @param dense rows of the dense model in this context
 */
record Contest(
    Map<String, String> context,
    String budgetKind,
    String budget,
    BudgetOf of,
    List<Contender> contenders,
    List<ResultRow> dense) {
  /** A method may fall short of a budget by so much of the matrices, since ranks are whole. */
  private static final double SLACK = 0.01;

  private static final double BITS_OF_BYTE = 8;

  private static final String MATRICES = "linear_params_dense";

  /** The budget with its kind. */
  String budgetText() {
    return (budgetKind + " " + budget).strip();
  }

  /** The dense model's scores: from its rows, or from what others say of it; maybe several. */
  SortedSet<Double> denseScores(Metric metric) {
    TreeSet<Double> scores = new TreeSet<>();
    dense.forEach(row -> scores.add(metric.of(row)));
    if (scores.isEmpty() && metric.column().equals(Metric.STANDARD)) {
      contenders.stream()
          .flatMap(contender -> contender.rows().values().stream())
          .map(row -> row.number("metric_dense"))
          .filter(value -> value != null && !value.isNaN())
          .forEach(scores::add);
    }
    return scores;
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
   * bits} the bits, of those matrices that most contenders cut. Who cuts others may keep as much of
   * the whole model as these do. Of other budgets, and where numbers lack, nothing can be said
   * against it.
   */
  boolean reaches(Contender contender) {
    Double most = of == BudgetOf.MODEL && cutsOthers(contender) ? allowed() : null;
    Double size = size(contender);
    return most == null || size == null ? savesItsShare(contender) : size <= most;
  }

  /** Whether it cuts another part of the model than most. */
  boolean cutsOthers(Contender contender) {
    Double own = contender.first().number(MATRICES);
    return own != null && !own.equals(usualMatrices());
  }

  /** Numbers of the matrices that most contenders cut; null where they do not tell. */
  Double usualMatrices() {
    return usual(MATRICES);
  }

  /** Whether most cut here what most do in all of some contests. */
  boolean isUsual(List<Contest> contests) {
    Stream<Contender> all =
        contests.stream()
            .filter(contest -> contest.budgetKind.equals(budgetKind))
            .flatMap(contest -> contest.contenders.stream());
    return Objects.equals(usualMatrices(), usual(all, MATRICES));
  }

  /** The share of the whole model that is left, in bytes for a budget of bits. */
  Double size(Contender contender) {
    return contender.mean(budgetKind.equals("bits") ? "bytes_ratio" : "params_ratio");
  }

  /** The most that may be left of the model, which is what those keep that cut what most cut. */
  private Double allowed() {
    OptionalDouble most =
        contenders.stream()
            .filter(contender -> !cutsOthers(contender) && savesItsShare(contender))
            .map(this::size)
            .filter(Objects::nonNull)
            .mapToDouble(size -> size)
            .max();
    return most.isEmpty()
        ? null
        : Double.valueOf(most.getAsDouble() + SLACK * Math.abs(1 - most.getAsDouble()));
  }

  /** The same contest with other contenders in the place of some, or beside them. */
  Contest with(Map<String, Contender> others) {
    Map<String, Contender> all = new LinkedHashMap<>();
    contenders.forEach(contender -> all.put(contender.name(), contender));
    all.putAll(others);
    return new Contest(context, budgetKind, budget, of, List.copyOf(all.values()), dense);
  }

  private boolean savesItsShare(Contender contender) {
    return contender.rows().values().stream().allMatch(this::savesItsShare);
  }

  private boolean savesItsShare(ResultRow row) {
    Double share = row.number("budget");
    if (share == null || !budgetKind.equals("keep") && !budgetKind.equals("bits")) {
      return true;
    }
    boolean keep = budgetKind.equals("keep");
    String before = keep ? MATRICES : "linear_bytes_dense";
    String after = keep ? "linear_params" : "linear_bytes";
    Double whole = usual(before);
    Double own = row.number(before);
    Double stored = row.number(after);
    Double weights = usualMatrices();
    if (whole == null || own == null || stored == null || weights == null) {
      return true;
    }
    double allowed = keep ? share * whole : share * weights / BITS_OF_BYTE;
    return own - stored >= whole - allowed - SLACK * whole;
  }

  /** The number that most contenders have in a column, the larger one of two. */
  private Double usual(String column) {
    return usual(contenders.stream(), column);
  }

  private static Double usual(Stream<Contender> contenders, String column) {
    Map<Double, Integer> counts = new HashMap<>();
    contenders
        .map(contender -> contender.first().number(column))
        .filter(Objects::nonNull)
        .forEach(value -> counts.merge(value, 1, Integer::sum));
    return counts.entrySet().stream()
        .max(
            Map.Entry.<Double, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey)
        .orElse(null);
  }
}
