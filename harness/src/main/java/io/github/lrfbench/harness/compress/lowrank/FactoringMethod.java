package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A method that replaces matrices by two factors, each for itself. It says how to decompose
 * matrices; budgets, ranks, reuse over the cells of a sweep, sequential statistics, biases and
 * reports are the same for all.
 *
 * <p>Options of all: {@code statistics=sequential} collects the moments of a block's inputs after
 * the blocks before it were compressed, instead of on the dense model; {@code bias=compensate} adds
 * to the bias what the matrix loses on the mean input, (W − Ŵ) μ (Masana et al. 2017).
 */
public abstract class FactoringMethod implements Compressor {
  private static final String STATISTICS = "statistics";
  private static final String SEQUENTIAL = "sequential";
  private static final String BIAS = "bias";
  private static final String COMPENSATE = "compensate";

  /**
   * The method's own options, and those of all.
   *
   * @param own may hold one of the others, with another standard
   */
  protected static List<MethodOption> options(MethodOption... own) {
    List<MethodOption> common =
        Stream.of(
                MethodOption.choice(STATISTICS, "static", SEQUENTIAL),
                MethodOption.choice(BIAS, "keep", COMPENSATE))
            .filter(option -> Stream.of(own).noneMatch(other -> other.name().equals(option.name())))
            .toList();
    return Stream.concat(Stream.of(own), common.stream()).toList();
  }

  /** The option {@code bias}, its standard being to compensate. */
  protected static MethodOption compensatedBias() {
    return MethodOption.choice(BIAS, COMPENSATE, "keep");
  }

  /**
   * Decomposes matrices.
   *
   * @return in the order of the request's targets
   */
  protected abstract List<? extends Decomposition> decompose(DecompositionRequest request);

  /**
   * Whether {@link #refit} is to be called. Blocks are then compressed one after the other, also
   * where they were decomposed by the dense model's statistics.
   */
  protected boolean refits(MethodOptions options) {
    return false;
  }

  /**
   * Improves factors when the blocks before are compressed.
   *
   * @param moments of the input that the matrix has then
   * @param scope owns new factors
   */
  protected LowRankFactors refit(
      LinearSlot slot, LowRankFactors factors, Moments moments, Scope scope) {
    throw new UnsupportedOperationException(info().name() + " fits factors once");
  }

  /**
   * By what factor the loss on held-out training examples may grow. Above 1 the budget's ranks are
   * the deepest that are tried, and matrices get the smallest with which the loss does not grow by
   * more than their share.
   */
  protected double tolerance(MethodOptions options) {
    return 1;
  }

  /**
   * Whether the squares of its singular values are errors of outputs, ‖(W − Ŵ) X‖² or what the bias
   * leaves of it, so that those of different matrices differ as their outputs do.
   */
  protected boolean measuresOutputs() {
    return false;
  }

  /** What the results shall tell of the method beside the values of its options. */
  protected Map<String, String> constants() {
    return Map.of();
  }

  @Override
  public Set<Need> needs(MethodOptions options) {
    Set<Need> needs = EnumSet.copyOf(info().needs());
    if (compensates(options)) {
      needs.add(Need.ACTIVATIONS);
    }
    return needs;
  }

  @Override
  public void check(MethodOptions options) {
    if (isSequential(options) && !needs(options).contains(Need.ACTIVATIONS)) {
      throw new InputException(
          "--method "
              + info().name()
              + " asks for no activations: statistics=sequential would change nothing");
    }
  }

  /** Whether moments of a block's inputs are collected after the blocks before. */
  protected static boolean isSequential(MethodOptions options) {
    return options.is(STATISTICS, SEQUENTIAL);
  }

  static boolean compensates(MethodOptions options) {
    return options.is(BIAS, COMPENSATE);
  }

  /**
   * Whether an option says what is done with factors after matrices were decomposed, so that
   * decompositions do not depend on it.
   */
  protected boolean isOfFactors(String option) {
    return false;
  }

  /** What decompositions depend on: the method and its own options. */
  String decompositionKey(MethodOptions options) {
    StringBuilder key = new StringBuilder(info().name());
    options
        .values()
        .forEach(
            (name, value) -> {
              if (!name.equals(STATISTICS) && !name.equals(BIAS) && !isOfFactors(name)) {
                key.append(':').append(name).append('=').append(value);
              }
            });
    return key.toString();
  }

  @Override
  public Compression compress(CompressionRequest request) {
    return new Factoring(this, request).run();
  }
}
