package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.EnergyOf;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that say what a model may keep. */
@OptionTopic.Of(OptionTopic.COMPRESSION)
final class GridOptions {
  @Option(
      names = "--keep",
      paramLabel = "K",
      split = ",",
      description =
          "Kept fraction of the parameters of the compressed matrices, in (0, 1]; 1 leaves them as they are. Repeat or separate by commas.")
  List<Double> keep = new ArrayList<>();

  @Option(
      names = "--bits",
      paramLabel = "B",
      split = ",",
      description =
          "Stored bits per number of the original matrices, in (0, 32]; 32, which is fp32, leaves them as they are. Repeat or separate by commas.")
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
          "Kept share of each matrix's energy, in (0, 1]: every matrix gets the smallest rank from which it is held. Of what it is a share, --energy-of says. Repeat or separate by commas.")
  List<Double> energy = new ArrayList<>();

  @Option(
      names = "--energy-of",
      paramLabel = "WHAT",
      split = ",",
      description =
          "Of what --energy is a share: own, the squared singular values in the method's own metric, which is that of the weights for svd alone; weights, the squared Frobenius norm of the matrix; or outputs, the squared norm of its outputs on calibration data. The latter two are measured of the method's own factors. Default: own. Repeatable in a sweep.")
  private List<String> energyOf = new ArrayList<>();

  /**
   * The budgets, in the order keep, bits, rank, energy.
   *
   * @throws InputException if one is out of its range, or it is said of what a share is and there
   *     is none
   */
  List<Budget> budgets() {
    List<Budget> budgets = new ArrayList<>();
    keep.forEach(value -> budgets.add(new Budget.Keep(value)));
    bits.forEach(value -> budgets.add(new Budget.Bits(value)));
    rank.forEach(value -> budgets.add(new Budget.Rank(value)));
    List<EnergyOf> shares =
        energyOf.isEmpty()
            ? List.of(EnergyOf.OWN)
            : energyOf.stream().map(EnergyOf::parse).toList();
    for (EnergyOf of : shares) {
      energy.forEach(value -> budgets.add(new Budget.Energy(value, of)));
    }
    if (!energyOf.isEmpty() && energy.isEmpty()) {
      throw new InputException("--energy-of says of what --energy is a share: give --energy");
    }
    return budgets;
  }
}
