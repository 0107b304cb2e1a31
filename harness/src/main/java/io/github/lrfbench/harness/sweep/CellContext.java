package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.EnergyOf;
import io.github.lrfbench.harness.sweep.MemoryNeed.Step;

/**
 * A cell with all that it may depend on.
 *
 * @param seqLen tokens of a sequence that is timed
 * @param deviceKind {@code cpu} or {@code cuda}
 * @param deviceName as its maker names it; empty where a key is the same on all of a kind
 * @param threads of the host
 * @param step whose memory is compared; null for ids
 */
record CellContext(
    Cell cell,
    SweepConfig config,
    int seqLen,
    String deviceKind,
    String deviceName,
    int threads,
    Step step) {
  Variant variant() {
    return cell.variant();
  }

  boolean isDense() {
    return variant().isDense();
  }

  String budget() {
    if (isDense()) {
      return "";
    }
    Budget budget = variant().budget();
    String token = budget.kind() + "=" + budget.value();
    EnergyOf of = budget.energyOf();
    return of == EnergyOf.OWN ? token : token + " of " + of.label();
  }

  /** Whether the step reads the task's examples. */
  boolean seesTask() {
    return step == Step.EVALUATE || variant().dependsOnTask();
  }

  /** Below 1 every matrix is factored, and a larger fraction is a larger rank of each. */
  boolean keepIsSize() {
    return variant().budget() instanceof Budget.Keep keep
        && keep.fraction() < 1
        && variant().allocation().isStandard();
  }
}
