package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.budget.Budget;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that say what a model may keep. */
final class GridOptions {
  @Option(
      names = "--keep",
      paramLabel = "K",
      split = ",",
      description =
          "Kept fraction of the parameters of the compressed matrices, in (0, 1]. Repeat or separate by commas.")
  List<Double> keep = new ArrayList<>();

  @Option(
      names = "--bits",
      paramLabel = "B",
      split = ",",
      description =
          "Stored bits per number of the original matrices, in (0, 32]; 32 is fp32. Repeat or separate by commas.")
  List<Double> bits = new ArrayList<>();

  @Option(
      names = "--rank",
      paramLabel = "R",
      split = ",",
      description = "Rank of every compressed matrix, at least 1. Repeat or separate by commas.")
  List<Integer> rank = new ArrayList<>();

  @Option(
      names = "--energy",
      paramLabel = "E",
      split = ",",
      description =
          "Kept share of each matrix's squared Frobenius norm, in (0, 1]. Repeat or separate by commas.")
  List<Double> energy = new ArrayList<>();

  /** The budgets, in the order keep, bits, rank, energy. */
  List<Budget> budgets() {
    List<Budget> budgets = new ArrayList<>();
    keep.forEach(value -> budgets.add(new Budget.Keep(value)));
    bits.forEach(value -> budgets.add(new Budget.Bits(value)));
    rank.forEach(value -> budgets.add(new Budget.Rank(value)));
    energy.forEach(value -> budgets.add(new Budget.Energy(value)));
    return budgets;
  }
}
