package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.source.Task;
import io.github.lrfbench.harness.source.Tasks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
   * How many cells a sweep has.
   *
   * @throws io.github.lrfbench.kernels.InputException if there is no method of a name
   */
  public static long size(SweepConfig config) {
    return (long) config.models().size()
        * config.tasks().size()
        * variants(config).size()
        * CellsBeside.of(config).factor();
  }

  /**
   * The cells of a sweep, without their ids.
   *
   * @param times tells how long they may take
   * @throws io.github.lrfbench.kernels.InputException if there is no task or method of a name
   */
  public static List<PlannedCell> cells(SweepConfig config, CellTimes times) {
    List<PlannedCell> cells = new ArrayList<>();
    for (String model : config.models()) {
      for (Task task : Tasks.get(config.tasks())) {
        for (Variant variant : variants(config)) {
          Cell cell = new Cell(model, "", task.name(), "", variant);
          cells.add(planned(Optional.empty(), cell, times));
          for (Cell beside : CellsBeside.of(config).of(cell)) {
            cells.add(planned(Optional.empty(), beside, times));
          }
        }
      }
    }
    return cells;
  }

  /** A cell as a plan tells of it, with its id where that is known. */
  static PlannedCell planned(Optional<String> id, Cell cell, CellTimes times) {
    return new PlannedCell(
        id,
        cell.model(),
        cell.task(),
        describe(cell.variant()) + cell.beside(),
        cell.isPlain()
            ? times.seconds(cell.model(), cell.task(), cell.variant())
            : OptionalDouble.empty());
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
