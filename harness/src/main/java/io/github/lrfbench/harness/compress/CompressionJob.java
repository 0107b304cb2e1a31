package io.github.lrfbench.harness.compress;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.Scope;
import java.util.List;
import java.util.function.Consumer;

/**
 * How a model is to be compressed: the one entry of all commands.
 *
 * @param method the stages with their options
 * @param budget what it may keep; null for the dense model
 * @param allocation how the budget is shared out
 * @param seed of everything random
 */
public record CompressionJob(MethodChain method, Budget budget, Allocation allocation, long seed) {
  /** Whether statistics of the task's training examples are needed. */
  public boolean needsCalibration() {
    return method.needsCalibration()
        || allocation.needsExamples()
        || budget != null && budget.needsExamples();
  }

  /** How many training examples are to be held out to choose by; 0 for none. */
  public int heldOut() {
    return Math.max(allocation.heldOut(), method.heldOut());
  }

  /**
   * Compresses.
   *
   * @param model the dense model, which is not modified
   * @param slots the matrices to compress
   * @param statistics of the model; null where none are needed
   * @param cache of factorizations of the model
   * @param scope owns the replacements
   * @param progress receives in a few words how far a long search is
   */
  public Compression run(
      Model model,
      List<LinearSlot> slots,
      Calibrator statistics,
      FactorizationCache cache,
      Scope scope,
      Consumer<String> progress) {
    return method.compress(
        new CompressionRequest(
            model,
            slots,
            budget,
            allocation,
            MethodOptions.NONE,
            statistics,
            cache,
            scope,
            seed,
            progress));
  }
}
