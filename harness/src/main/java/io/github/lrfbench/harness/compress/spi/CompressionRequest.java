package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.lowrank.DecompositionCache;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.Scope;
import java.util.List;
import java.util.function.Consumer;

/**
 * What is to be compressed, and what the method may share with other calls.
 *
 * @param model the dense model
 * @param slots the matrices to compress, a part of the model's slots
 * @param budget how much to keep
 * @param allocation how the budget is shared out among the matrices
 * @param options values of the method's options
 * @param statistics of the model on calibration data; may be null for methods that need none
 * @param cache decompositions of the model's matrices, shared by all cells of a sweep
 * @param scope owns the replacements
 * @param seed for methods that draw random numbers
 * @param progress receives in a few words how far a long search is
 */
public record CompressionRequest(
    Model model,
    List<LinearSlot> slots,
    Budget budget,
    Allocation allocation,
    MethodOptions options,
    Calibrator statistics,
    DecompositionCache cache,
    Scope scope,
    long seed,
    Consumer<String> progress) {
  /** A request whose progress nobody watches. */
  public CompressionRequest(
      Model model,
      List<LinearSlot> slots,
      Budget budget,
      Allocation allocation,
      MethodOptions options,
      Calibrator statistics,
      DecompositionCache cache,
      Scope scope,
      long seed) {
    this(model, slots, budget, allocation, options, statistics, cache, scope, seed, words -> {});
  }

  /** The same request for other matrices. */
  public CompressionRequest with(List<LinearSlot> others) {
    return new CompressionRequest(
        model, others, budget, allocation, options, statistics, cache, scope, seed, progress);
  }

  /** A request whose budget holds for every matrix alone. */
  public CompressionRequest(
      Model model,
      List<LinearSlot> slots,
      Budget budget,
      MethodOptions options,
      Calibrator statistics,
      DecompositionCache cache,
      Scope scope,
      long seed) {
    this(model, slots, budget, Allocation.UNIFORM, options, statistics, cache, scope, seed);
  }
}
