package io.github.lrfbench.harness.compress.structure;

import io.github.lrfbench.harness.budget.EnergyOf;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.kernels.InputException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A method that makes the width between two matrices of every block smaller. Budgets count the
 * numbers of both; other matrices are for other stages of a chain.
 */
abstract class NarrowingMethod implements Compressor {
  private static final String COMPENSATE = "compensate";

  private static final Set<Policy> POLICIES =
      EnumSet.of(
          Policy.UNIFORM,
          Policy.ENERGY,
          Policy.GREEDY,
          Policy.ABSOLUTE,
          Policy.LAGRANGE,
          Policy.LATENCY,
          Policy.SENSITIVITY,
          Policy.V2,
          Policy.STRS);

  /** Whether the second matrix's bias makes up for the mean of what is lost. */
  static final MethodOption BIAS = MethodOption.choice("bias", COMPENSATE, "keep");

  /** The pairs among a request's matrices. */
  abstract List<Pair> pairs(CompressionRequest request);

  /** What {@link #pairs} looks for and does not find, for a user. */
  abstract String missing();

  /** How a pair becomes narrower. */
  abstract Narrowing narrowing(Pair pair, CompressionRequest request);

  static boolean compensates(MethodOptions options) {
    return options.is(BIAS.name(), COMPENSATE);
  }

  /** What is left over of a matrix of another width is no matrix. */
  @Override
  public boolean triesInModel(MethodOptions options) {
    return true;
  }

  /**
   * Points are widths of a pair of matrices: policies that try models with single matrices
   * replaced, or take them apart rank by rank, know nothing of them.
   */
  @Override
  public boolean allocates(Policy policy, MethodOptions options) {
    return POLICIES.contains(policy);
  }

  @Override
  public int heldOut(MethodOptions options) {
    return 0;
  }

  /** The errors are of outputs; a part of the width has no distance to the weights. */
  @Override
  public Set<EnergyOf> energies(MethodOptions options) {
    return EnumSet.of(EnergyOf.OWN, EnergyOf.OUTPUTS);
  }

  @Override
  public Compression compress(CompressionRequest asked) {
    CompressionRequest request = asked.over(MatrixMethod.tokens(asked.options()));
    request.requireBudget(info().name());
    List<Pair> pairs = pairs(request);
    if (pairs.isEmpty()) {
      throw new InputException("--method " + info().name() + " needs " + missing());
    }
    return new NarrowingWalk(this, request, pairs).run();
  }
}
