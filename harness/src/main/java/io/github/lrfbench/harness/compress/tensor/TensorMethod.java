package io.github.lrfbench.harness.compress.tensor;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.linear.TensorSlices.Kind;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A method that decomposes tensors which matrices are stacked to. {@code stack=heads}: query, key,
 * value and the transposed output matrix of a block's attention, split by head; {@code both}: those
 * of all blocks; {@code layers}: the matrices of one role in all blocks; {@code matrix}: every
 * matrix alone, reshaped. What is stacked with no other is a tensor of two modes and stored by svd.
 */
abstract class TensorMethod implements Compressor {
  static final String STACK = "stack";
  static final String HEADS = "heads";
  static final String LAYERS = "layers";
  static final String BOTH = "both";
  static final String MATRIX = "matrix";

  static final MethodOption BLOCKS = MethodOption.count("blocks", 4, 2, 4096);

  /** Those that ask for errors of points, and nothing else of matrices. */
  private static final Set<Policy> BY_ERRORS =
      EnumSet.of(
          Policy.UNIFORM,
          Policy.ENERGY,
          Policy.GREEDY,
          Policy.ABSOLUTE,
          Policy.LAGRANGE,
          Policy.V2);

  /** What the matrices are made of. */
  abstract Kind kind();

  /**
   * Decomposes a stack.
   *
   * @param scope owns what is made
   */
  abstract StackFactorization decompose(SlotStack stack, CompressionRequest request, Scope scope);

  /**
   * Decomposes a matrix that is stacked with no other.
   *
   * @param errors whether the errors of all points are wanted
   */
  StackFactorization alone(SlotStack stack, CompressionRequest request, boolean errors) {
    return MatrixAlone.of(stack.first(), request.cache(), errors);
  }

  /** Whether a point is a rank. */
  boolean hasRanks() {
    return false;
  }

  /** Whether errors of points are known before they are made. */
  boolean knowsErrors() {
    return true;
  }

  @Override
  public void check(MethodOptions options) {
    refuseUnused(options, BLOCKS, MATRIX);
  }

  final void refuseUnused(MethodOptions options, MethodOption option, String stack) {
    if (!options.is(STACK, stack) && !options.is(option.name(), option.standard())) {
      throw new InputException(
          "--method "
              + info().name()
              + ": "
              + option.name()
              + " is of stack="
              + stack
              + " and would change nothing");
    }
  }

  /** Factors are shared by whole matrices, not by what another form leaves over of them. */
  @Override
  public boolean triesInModel(MethodOptions options) {
    return !options.is(STACK, MATRIX);
  }

  @Override
  public boolean nests(MethodOptions options) {
    return false;
  }

  @Override
  public boolean allocates(Policy policy, MethodOptions options) {
    return knowsErrors() ? BY_ERRORS.contains(policy) : policy == Policy.UNIFORM;
  }

  @Override
  public boolean canMeet(Budget budget, MethodOptions options) {
    return (hasRanks() || !budget.needsRanks()) && (knowsErrors() || !budget.needsErrors());
  }

  @Override
  public Compression compress(CompressionRequest request) {
    Budget budget = request.requireBudget(info().name());
    if (!hasRanks() && budget.needsRanks()) {
      throw new InputException(
          "--method "
              + info().name()
              + " has a rank for every mode: --"
              + budget.kind()
              + " says nothing of it; give --keep or --bits");
    }
    if (!knowsErrors() && budget.needsErrors()) {
      throw new InputException(
          "--method "
              + info().name()
              + " knows the error of a rank only when it has it: --"
              + budget.kind()
              + " would take a search for each; give --keep, --bits or --rank");
    }
    if (!hasRanks() && request.allocation().multiple() > 1) {
      throw new InputException(
          "--method " + info().name() + " has a rank for every mode: leave out --round-to");
    }
    return new TensorWalk(this, request, stacks(request)).run();
  }

  private List<SlotStack> stacks(CompressionRequest request) {
    List<LinearSlot> slots = request.slots();
    String stack = request.options().text(STACK);
    List<SlotStack> stacks =
        switch (stack) {
          case HEADS -> SlotStack.heads(slots, request.model().headSize());
          case BOTH -> SlotStack.headsOfAll(slots, request.model().headSize());
          case LAYERS -> SlotStack.layers(slots);
          default -> ofMatrices(slots, request.options());
        };
    if (!stack.equals(MATRIX) && stacks.stream().allMatch(SlotStack::isMatrix)) {
      throw new InputException(
          "--method "
              + info().name()
              + ": there is nothing to stack; stack="
              + stack
              + " needs "
              + (stack.equals(LAYERS)
                  ? "matrices of one role in several blocks"
                  : "matrices of an attention of several heads")
              + " among the matrices");
    }
    return stacks;
  }

  /** Every matrix alone. */
  List<SlotStack> ofMatrices(List<LinearSlot> slots, MethodOptions options) {
    return SlotStack.matrices(slots, options.count(BLOCKS.name()));
  }
}
