package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.report.Figures;
import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What is asked of rows.
 *
 * @param metric by what they are compared
 * @param by the columns whose values are compared, by default the label
 * @param mix columns in which rows that are compared may differ though results depend on them
 * @param level of intervals and tests, such as 0.95
 * @param budgetOf of what budgets are shares where different parts of a model are cut
 */
public record Question(
    Metric metric, List<String> by, List<String> mix, double level, BudgetOf budgetOf) {
  /** Of what a budget is a share, where methods meet that cut different parts of a model. */
  public enum BudgetOf {
    /** Of the whole model: {@code params_ratio}, of bits {@code bytes_ratio}. */
    MODEL,
    /** Of what each cuts. */
    MATRICES;

    /** The name that users give. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The one of a name.
     *
     * @throws InputException if there is none
     */
    public static BudgetOf named(String name) {
      return Arrays.stream(values())
          .filter(of -> of.label().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new InputException(
                      "--budget-of must be model or matrices, but is " + OneLine.quote(name)));
    }
  }

  private static final double HUNDREDTHS = 1e4;

  /** What beside the variant a result depends on; which task it is comes first. */
  private static final List<String> CONTEXT =
      List.of(
          "task",
          "model",
          "split",
          "examples",
          "extra.max_length",
          "extra.windows",
          "extra.context",
          "extra.stride",
          "dtype",
          "device_name",
          "threads",
          "runtime",
          "batch_size",
          "seq_len",
          "latency_kind",
          "metric_name",
          "data_hash",
          "model_revision");

  /** What makes a variant; a label tells all of it at once. */
  private static final List<String> VARIANT =
      List.of("method", "allocate", "round_to", "finetune_epochs", "finetune_lr", "distill");

  private static final List<String> BUDGET = List.of("budget_kind", "budget");

  /** Scores on different data say nothing about each other. */
  private static final List<String> DATA =
      List.of("task", "split", "examples", "metric_name", "data_hash");

  /** Checks the names. */
  public Question {
    by = List.copyOf(by);
    mix = List.copyOf(mix);
    by.forEach(column -> ColumnNames.require("--by", column));
    mix.forEach(column -> ColumnNames.require("--mix", column));
    requireNone("--by", by, DATA);
    requireNone("--mix", mix, DATA);
    requireNone("--mix", mix, Stream.concat(BUDGET.stream(), VARIANT.stream()).toList());
    for (String column : mix) {
      if (!CONTEXT.contains(column)) {
        throw new InputException("--mix " + column + ": nothing is kept apart by it");
      }
    }
    if (!(level > 0 && level < 1)) {
      throw new InputException("--level must be between 0 and 1");
    }
  }

  private static void requireNone(String option, List<String> columns, List<String> refused) {
    for (String column : columns) {
      if (refused.contains(column)) {
        throw new InputException(
            option + " " + column + ": rows that differ in it cannot be compared");
      }
    }
  }

  /** The columns in which all rows of a contest agree, but for the budget. */
  List<String> context() {
    List<String> columns = new ArrayList<>(CONTEXT);
    if (!by.contains("label")) {
      columns.addAll(by.stream().anyMatch(VARIANT::contains) ? VARIANT : List.of("label"));
    }
    columns.removeAll(by);
    columns.removeAll(mix);
    // What follows from a column that differs must be free to differ.
    if (by.contains("model")) {
      columns.remove("model_revision");
    }
    if (by.contains("device") || by.contains("device_name")) {
      columns.removeAll(List.of("device_name", "threads"));
    }
    return columns;
  }

  /** The part of {@link #context()} that the dense model has, too. */
  List<String> denseContext() {
    List<String> columns = context();
    columns.retainAll(CONTEXT);
    return columns;
  }

  List<String> budget() {
    return by.stream().anyMatch(BUDGET::contains) ? List.of() : BUDGET;
  }

  /** The level for people: 95 %. */
  String levelText() {
    return Figures.plain(Math.round(level * HUNDREDTHS) / 100.0) + " %";
  }

  /** The chance that a true hypothesis is rejected. */
  double alpha() {
    return 1 - level;
  }
}
