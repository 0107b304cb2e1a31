package io.github.lrfbench.harness.compress;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.lowrank.DecompositionCache;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.Scope;
import java.util.List;
import java.util.function.Consumer;

/**
 * How a model is to be compressed: the one entry of all commands.
 *
 * @param method the method with its options
 * @param budget what it may keep
 * @param allocation how the budget is shared out
 * @param seed of everything random
 */
public record CompressionJob(MethodSpec method, Budget budget, Allocation allocation, long seed) {
  /** Whether statistics of the task's training examples are needed. */
  public boolean needsCalibration() {
    return method.needsCalibration() || allocation.policy().needsExamples();
  }

  /**
   * Compresses.
   *
   * @param model the dense model, which is not modified
   * @param slots the matrices to compress
   * @param statistics of the model; null where none are needed
   * @param cache of decompositions of the model
   * @param scope owns the replacements
   * @param progress receives in a few words how far a long search is
   */
  public Compression run(
      Model model,
      List<LinearSlot> slots,
      Calibrator statistics,
      DecompositionCache cache,
      Scope scope,
      Consumer<String> progress) {
    return method
        .compressor()
        .compress(
            new CompressionRequest(
                model,
                slots,
                budget,
                allocation,
                method.options(),
                statistics,
                cache,
                scope,
                seed,
                progress));
  }
}
