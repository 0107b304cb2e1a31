package io.github.lrfbench.harness.compress.allocate;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.EnergyOf;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.allocate.Allocator.Terms;
import io.github.lrfbench.harness.model.LinearSlot;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses points for the matrices of a model.
 *
 * @param allocation how
 * @param budget how much
 * @param evidence what the allocation may ask for
 */
public record PointChoice(Allocation allocation, Budget budget, Evidence evidence) {
  /**
   * A point for every matrix; one that saves nothing, or the number of its points, leaves it as it
   * is.
   *
   * @param slots the matrices
   * @param points that they offer, with their errors where the budget or the allocation needs them
   */
  public int[] choose(List<LinearSlot> slots, List<OperatingPoints> points) {
    List<OperatingPoints> budgeted =
        budget.energyOf() == EnergyOf.OWN ? points : evidence.energies();
    if (budgeted.stream().allMatch(this::leavesAsItIs)) {
      return budgeted.stream().mapToInt(OperatingPoints::count).toArray();
    }
    if (allocation.policy() == Allocation.Policy.UNIFORM) {
      return budgeted.stream().mapToInt(this::uniform).toArray();
    }
    Terms terms = terms(candidates(slots, budgeted));
    List<Candidate> matrices = candidates(slots, points);
    TrialAllocators trying =
        new TrialAllocators(allocation, slots, points, Shares.part(matrices, terms), evidence);
    return allocator(slots, trying).choose(matrices, terms);
  }

  private static List<Candidate> candidates(List<LinearSlot> slots, List<OperatingPoints> points) {
    List<Candidate> matrices = new ArrayList<>();
    for (int i = 0; i < slots.size(); i++) {
      matrices.add(new Candidate(slots.get(i).name(), slots.get(i).role(), points.get(i)));
    }
    return matrices;
  }

  /**
   * Whether the budget reaches the matrix itself and would buy less than that: two factors of as
   * many numbers as the matrix would lose some of it for nothing.
   */
  private boolean leavesAsItIs(OperatingPoints matrix) {
    double whole = budget.unit().ofMatrix(matrix);
    return budget.allowance(matrix) >= whole
        && budget.unit().of(matrix.get(budget.choose(matrix))) < whole;
  }

  /** A matrix for itself; rounded down, but to no less than one multiple. */
  private int uniform(OperatingPoints matrix) {
    if (leavesAsItIs(matrix)) {
      return matrix.count();
    }
    int chosen = budget.choose(matrix);
    if (matrix.savesNothing(chosen)) {
      return chosen;
    }
    int multiple = allocation.multiple();
    int point = chosen;
    while (point > 0 && matrix.get(point).rank() % multiple != 0) {
      point--;
    }
    while (point + 1 < matrix.count() && matrix.get(point).rank() % multiple != 0) {
      point++;
    }
    return point;
  }

  private Allocator allocator(List<LinearSlot> slots, TrialAllocators trying) {
    return switch (allocation.policy()) {
      case UNIFORM -> throw new IllegalStateException("has no allocator");
      case ENERGY -> new EqualEnergy();
      case ABSOLUTE -> new Greedy(Importance.EQUAL);
      case GREEDY, LATENCY -> new Greedy(Importance.RELATIVE);
      case LAGRANGE -> new Lagrange(Importance.RELATIVE);
      case SENSITIVITY -> sensitive(slots);
      case V2 -> new TypeRatios();
      case STRS -> new TruncationRankSearch(evidence.probes());
      case LEMS -> trying.lems();
      case EFFECTIVE_RANK -> trying.swiftRatios();
      case ATP -> trying.depthRatios();
      case ZERO_SUM ->
          new ZeroSum(
              evidence.changes(),
              allocation.option("score").equals(Allocation.Policy.BY_SIZE),
              allocation.number("floor"));
    };
  }

  /** Greedy by errors of outputs, whatever the points' errors are of. */
  private Allocator sensitive(List<LinearSlot> slots) {
    List<Candidate> outputs = candidates(slots, evidence.outputs());
    Greedy greedy = new Greedy(Importance.of(evidence.sensitivities()));
    return (matrices, terms) -> greedy.choose(outputs, terms);
  }

  /**
   * What may be spent.
   *
   * @param matrices with the errors that the budget asks for
   */
  private Terms terms(List<Candidate> matrices) {
    if (allocation.policy() != Allocation.Policy.LATENCY) {
      double allowed =
          matrices.stream().mapToDouble(matrix -> budget.allowance(matrix.points())).sum();
      return new Terms(allowed, Cost.of(budget.unit()), allocation.multiple());
    }
    MeasuredCost times = evidence.times();
    double whole = 0;
    double kept = 0;
    for (Candidate matrix : matrices) {
      double dense = times.of(matrix, matrix.whole());
      whole += dense;
      kept += dense * budget.allowance(matrix.points()) / budget.unit().ofMatrix(matrix.points());
    }
    return new Terms(Math.min(whole, kept), times, allocation.multiple());
  }
}
