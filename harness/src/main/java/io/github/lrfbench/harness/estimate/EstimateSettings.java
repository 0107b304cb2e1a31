package io.github.lrfbench.harness.estimate;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.sweep.LatencyKind;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.List;

/**
 * What is to be estimated of a model.
 *
 * @param methods as {@code --method} names them
 * @param budgets how much is kept; without any the dense model alone is estimated
 * @param allocations what ranks are multiples of
 * @param layers globs of the matrices, none for all
 * @param kind of the calls
 * @param batches sequences per call
 * @param seqLen tokens per sequence; 0 for the standard of a sweep
 */
public record EstimateSettings(
    List<String> methods,
    List<Budget> budgets,
    List<Allocation> allocations,
    List<String> layers,
    LatencyKind kind,
    List<Integer> batches,
    int seqLen) {
  private static final int MOST_SEQUENCES = 1 << 16;

  /** Checks the numbers. */
  public EstimateSettings {
    for (int batch : batches) {
      if (batch < 1 || batch > MOST_SEQUENCES) {
        throw new InputException(
            "--batch-size must be from 1 to " + MOST_SEQUENCES + ", but is " + batch);
      }
    }
    if (seqLen < 0) {
      throw new InputException("--seq-len must be at least 1, but is " + seqLen);
    }
  }

  /** The dense model, and every method at every budget. */
  List<ShapeCompression> compressions() {
    List<ShapeCompression> all = new ArrayList<>(List.of(ShapeCompression.DENSE));
    for (String method : methods) {
      for (Budget budget : budgets) {
        for (Allocation allocation : allocations) {
          all.add(new ShapeCompression(MethodChain.parse(method), budget, allocation, layers));
        }
      }
    }
    return all;
  }
}
