package io.github.lrfbench.harness.compress.allocate;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocator.Terms;
import io.github.lrfbench.harness.compress.allocate.TruncationRankSearch.Probe;
import io.github.lrfbench.harness.model.LinearSlot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Chooses ranks for the matrices of a model.
 *
 * @param allocation how
 * @param budget how much
 * @param evidence what the allocation may ask for
 */
public record RankChoice(Allocation allocation, Budget budget, Evidence evidence) {
  /**
   * What can be measured of the model.
   *
   * @param sensitivities by slot the mean squared gradient of the outputs
   * @param outputs for every matrix the mean squared errors of its outputs, as {@link
   *     MatrixSpectrum#values}
   * @param probes what single cuts do to the loss
   * @param times how long products of the matrices' shapes take
   */
  public record Evidence(
      Supplier<Map<String, Double>> sensitivities,
      Supplier<List<double[]>> outputs,
      Supplier<List<Probe>> probes,
      Supplier<MeasuredCost> times) {}

  /**
   * Ranks, at least 1; one at or above break-even leaves the matrix as it is.
   *
   * @param slots the matrices
   * @param spectra all their singular values; empty where nothing needs them
   */
  public int[] ranks(List<LinearSlot> slots, List<double[]> spectra) {
    if (allocation.policy() == Allocation.Policy.UNIFORM) {
      return uniform(slots, spectra);
    }
    List<MatrixSpectrum> matrices = matrices(slots, spectra);
    return allocator(slots).ranks(matrices, terms(matrices));
  }

  private static List<MatrixSpectrum> matrices(List<LinearSlot> slots, List<double[]> spectra) {
    List<MatrixSpectrum> matrices = new ArrayList<>();
    for (int i = 0; i < slots.size(); i++) {
      LinearSlot slot = slots.get(i);
      matrices.add(
          new MatrixSpectrum(
              slot.name(),
              slot.role(),
              slot.linear().outputs(),
              slot.linear().inputs(),
              spectra.get(i)));
    }
    return matrices;
  }

  /** Every matrix for itself; rounded down, but to no less than one multiple. */
  private int[] uniform(List<LinearSlot> slots, List<double[]> spectra) {
    int[] ranks = new int[slots.size()];
    for (int i = 0; i < ranks.length; i++) {
      int rows = slots.get(i).linear().outputs();
      int cols = slots.get(i).linear().inputs();
      int index = i;
      int rank = budget.rank(rows, cols, () -> spectra.get(index));
      int multiple = allocation.multiple();
      boolean whole = Budget.atOrAboveBreakEven(rows, cols, rank);
      ranks[i] = whole ? rank : Math.max(multiple, rank / multiple * multiple);
    }
    return ranks;
  }

  private Allocator allocator(List<LinearSlot> slots) {
    return switch (allocation.policy()) {
      case UNIFORM -> throw new IllegalStateException("has no allocator");
      case ENERGY -> new EqualEnergy();
      case GREEDY, LATENCY -> new Greedy(Importance.RELATIVE);
      case LAGRANGE -> new Lagrange(Importance.RELATIVE);
      case SENSITIVITY -> sensitive(slots);
      case V2 -> new TypeRatios();
      case STRS -> new TruncationRankSearch(evidence.probes().get());
    };
  }

  /** Greedy by errors of outputs, whatever the singular values are errors of. */
  private Allocator sensitive(List<LinearSlot> slots) {
    List<MatrixSpectrum> outputs = matrices(slots, evidence.outputs().get());
    Greedy greedy = new Greedy(Importance.of(evidence.sensitivities().get()));
    return (matrices, terms) -> greedy.ranks(outputs, terms);
  }

  private Terms terms(List<MatrixSpectrum> matrices) {
    if (allocation.policy() != Allocation.Policy.LATENCY) {
      double parameters = matrices.stream().mapToDouble(matrix -> parameters(matrix)).sum();
      return new Terms(parameters, RankCost.PARAMETERS, allocation.multiple());
    }
    MeasuredCost times = evidence.times().get();
    double whole = 0;
    double kept = 0;
    for (MatrixSpectrum matrix : matrices) {
      double dense = times.of(matrix, matrix.fullRank());
      whole += dense;
      kept += dense * parameters(matrix) / matrix.parameters();
    }
    return new Terms(Math.min(whole, kept), times, allocation.multiple());
  }

  /** What the budget would allow this matrix, were it alone. */
  private double parameters(MatrixSpectrum matrix) {
    return budget.parameters(matrix.rows(), matrix.cols(), matrix::values);
  }
}
