package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.calibrate.Tokens;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.util.List;
import java.util.function.Consumer;

/**
 * What is to be compressed, and what the method may share with other calls.
 *
 * @param model as it stands: the dense one, or what earlier stages of a chain made of it
 * @param reference the dense model
 * @param slots the matrices to compress, a part of the model's slots
 * @param budget how much to keep; null where another stage of a chain takes it
 * @param allocation how the budget is shared out among the matrices
 * @param options values of the method's options
 * @param statistics of the model on calibration data; may be null for methods that need none
 * @param cache factorizations of the model's matrices, shared by all cells of a sweep
 * @param scope owns the replacements
 * @param seed for methods that draw random numbers
 * @param progress receives in a few words how far a long search is
 */
public record CompressionRequest(
    Model model,
    Model reference,
    List<LinearSlot> slots,
    Budget budget,
    Allocation allocation,
    MethodOptions options,
    Calibrator statistics,
    FactorizationCache cache,
    Scope scope,
    long seed,
    Consumer<String> progress) {
  /** Random numbers that have no seed of their own are drawn by that of the run. */
  public CompressionRequest {
    options = options.withSeed(seed);
  }

  /** A request on the dense model. */
  public CompressionRequest(
      Model model,
      List<LinearSlot> slots,
      Budget budget,
      Allocation allocation,
      MethodOptions options,
      Calibrator statistics,
      FactorizationCache cache,
      Scope scope,
      long seed,
      Consumer<String> progress) {
    this(
        model, model, slots, budget, allocation, options, statistics, cache, scope, seed, progress);
  }

  /** A request on the dense model whose progress nobody watches. */
  public CompressionRequest(
      Model model,
      List<LinearSlot> slots,
      Budget budget,
      Allocation allocation,
      MethodOptions options,
      Calibrator statistics,
      FactorizationCache cache,
      Scope scope,
      long seed) {
    this(model, slots, budget, allocation, options, statistics, cache, scope, seed, words -> {});
  }

  /** Such a request whose budget holds for every matrix alone. */
  public CompressionRequest(
      Model model,
      List<LinearSlot> slots,
      Budget budget,
      MethodOptions options,
      Calibrator statistics,
      FactorizationCache cache,
      Scope scope,
      long seed) {
    this(model, slots, budget, Allocation.UNIFORM, options, statistics, cache, scope, seed);
  }

  /**
   * The budget of a method that cannot do without.
   *
   * @throws InputException if another stage of a chain has it
   */
  public Budget requireBudget(String method) {
    if (budget == null) {
      throw new InputException(
          "another stage of the chain has the budget, and --method "
              + method
              + " needs it: mark it, "
              + method
              + "@");
    }
    return budget;
  }

  /** The same request for another method's budget and options. */
  public CompressionRequest with(
      List<LinearSlot> others, Budget other, Allocation shared, MethodOptions values) {
    return new CompressionRequest(
        model, reference, others, other, shared, values, statistics, cache, scope, seed, progress);
  }

  /** The same request of a method that asks for no statistics. */
  public CompressionRequest withoutStatistics() {
    return with((Calibrator) null);
  }

  /** The same request whose statistics are over some tokens. */
  public CompressionRequest over(Tokens tokens) {
    return statistics == null ? this : with(statistics.over(tokens));
  }

  private CompressionRequest with(Calibrator others) {
    return new CompressionRequest(
        model, reference, slots, budget, allocation, options, others, cache, scope, seed, progress);
  }
}
