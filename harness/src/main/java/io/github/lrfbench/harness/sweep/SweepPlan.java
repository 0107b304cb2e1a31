package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.source.Task;
import io.github.lrfbench.harness.source.Tasks;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The variants of a sweep, in the order in which they run. */
public final class SweepPlan {
  private SweepPlan() {}

  /**
   * The dense model, then with every seed every method at every budget: what was computed from a
   * seed's examples serves all of its cells.
   *
   * @throws io.github.lrfbench.kernels.InputException if there is no method of a name, or one that
   *     cannot share budgets out as asked for
   */
  static List<Variant> variants(SweepConfig config) {
    List<Variant> variants = new ArrayList<>();
    variants.add(Variant.dense(config.seeds().get(0)));
    List<MethodChain> methods =
        config.methods().stream()
            .map(MethodChain::parse)
            .filter(method -> !method.isDense())
            .toList();
    for (MethodChain method : methods) {
      for (Budget budget : config.budgets()) {
        config.allocations().forEach(allocation -> method.check(budget, allocation));
      }
    }
    for (long seed : config.seeds()) {
      for (MethodChain method : methods) {
        for (Budget budget : config.budgets()) {
          for (Allocation allocation : config.allocations()) {
            for (Recovery recovery : config.recoveries()) {
              variants.add(new Variant(method, budget, allocation, recovery, seed));
            }
          }
        }
      }
    }
    return List.copyOf(variants);
  }

  /**
   * The cells of a sweep.
   *
   * @param times tells how long they may take
   * @throws io.github.lrfbench.kernels.InputException if there is no task or method of a name
   */
  public static List<PlannedCell> cells(SweepConfig config, CellTimes times) {
    List<PlannedCell> cells = new ArrayList<>();
    for (String model : config.models()) {
      for (Task task : Tasks.get(config.tasks())) {
        for (Variant variant : variants(config)) {
          cells.add(
              new PlannedCell(
                  model,
                  task.name(),
                  describe(variant),
                  times.seconds(model, task.name(), variant)));
          for (String peer : config.peers()) {
            String beside = describe(variant) + " by " + peer;
            cells.add(new PlannedCell(model, task.name(), beside, OptionalDouble.empty()));
          }
        }
      }
    }
    return cells;
  }

  /** Of a chain a plan tells beside it which stage takes the budget. */
  private static String describe(Variant variant) {
    return variant.isDense()
        ? variant.describe()
        : variant
            .method()
            .describeBudgetStage(variant.budget())
            .map(stage -> variant.describe() + ", budget taken by " + stage)
            .orElse(variant.describe());
  }
}
