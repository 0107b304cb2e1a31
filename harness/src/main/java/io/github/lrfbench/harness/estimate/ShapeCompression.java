package io.github.lrfbench.harness.estimate;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.SlotSelection;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.lowrank.LowRankMethod;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.Compressor.Takes;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A compression of which shapes alone say what it stores: the model as it is, or two factors of
 * ranks by a budget that holds for every matrix alone.
 *
 * @param method what is done
 * @param budget how much is kept; null of the dense model
 * @param allocation what ranks are multiples of
 * @param layers which matrices, as {@link SlotSelection} reads them
 */
record ShapeCompression(
    MethodChain method, Budget budget, Allocation allocation, List<String> layers) {
  /** The model as it is. */
  static final ShapeCompression DENSE =
      new ShapeCompression(MethodChain.parse("dense"), null, Allocation.UNIFORM, List.of());

  /**
   * Checks that shapes are enough.
   *
   * @throws InputException if they are not, or the parts do not go together
   */
  ShapeCompression {
    layers = List.copyOf(layers);
    if (budget != null) {
      method.check(budget, allocation);
      String more = whatElse(method, budget, allocation);
      if (more != null) {
        throw new InputException(
            "--method "
                + method.text()
                + ": shapes alone do not say what it stores ("
                + more
                + "); write the model by 'lrfbench compress' and estimate that directory");
      }
    }
  }

  /** What is needed beside shapes; null for nothing. */
  private static String whatElse(MethodChain chain, Budget budget, Allocation allocation) {
    MethodSpec method = chain.stages().get(0).method();
    Compressor compressor = method.compressor();
    MethodOptions options = method.options();
    if (chain.stages().size() > 1
        || !compressor.before(options).isEmpty()
        || !compressor.after(options).isEmpty()) {
      return "it has several stages";
    }
    if (compressor.takes() == Takes.HEAD) {
      return "it changes the head alone";
    }
    if (compressor.takes() == Takes.TABLES) {
      return "it changes the table of words alone";
    }
    if (!(compressor instanceof LowRankMethod lowRank)) {
      return "it is no method of two factors of a rank";
    }
    if (budget.needsErrors()) {
      return "--" + budget.kind() + " chooses ranks by the weights";
    }
    if (allocation.policy() != Allocation.Policy.UNIFORM) {
      return "--allocate " + allocation.name() + " chooses ranks by the weights";
    }
    return lowRank.followsBudget(options) ? null : "its options choose ranks by examples";
  }

  /** Whether the model stays as it is. */
  boolean isDense() {
    return budget == null;
  }

  /** The model with factors in the places of matrices; without anything to replace itself. */
  Model apply(Model dense) {
    if (isDense()) {
      return dense;
    }
    boolean ofTables = method.stages().get(0).method().compressor().takes() == Takes.TABLES;
    List<LinearSlot> slots =
        ofTables ? dense.tables() : SlotSelection.select(dense.slots(), layers);
    try (Scope scope = dense.device().openScope()) {
      MethodSpec spec = method.stages().get(0).method();
      CompressionRequest request =
          new CompressionRequest(
              dense, slots, budget, allocation, spec.options(), null, null, scope, 0);
      return factored(dense, slots, ((LowRankMethod) spec.compressor()).ranks(request), scope);
    }
  }

  /** The model with factors of one rank in all places, also where they save nothing. */
  static Model factored(Model dense, List<LinearSlot> slots, int rank) {
    Map<String, Integer> ranks = new HashMap<>();
    for (LinearSlot slot : slots) {
      int most = Math.min(slot.linear().outputs(), slot.linear().inputs());
      ranks.put(slot.name(), Math.min(rank, most));
    }
    try (Scope scope = dense.device().openScope()) {
      return factored(dense, slots, ranks, scope);
    }
  }

  private static Model factored(
      Model dense, List<LinearSlot> slots, Map<String, Integer> ranks, Scope scope) {
    Map<String, Linear> replacements = new HashMap<>();
    for (LinearSlot slot : slots) {
      Integer rank = ranks.get(slot.name());
      if (rank != null) {
        Linear linear = slot.linear();
        Matrix down = Matrix.of(scope.allocate(DType.F32, linear.inputs(), rank));
        Matrix up = Matrix.of(scope.allocate(DType.F32, rank, linear.outputs()));
        LowRankFactors factors = new LowRankFactors(down, up);
        replacements.put(slot.name(), new LowRankLinear(factors, linear.bias()));
      }
    }
    return replacements.isEmpty() ? dense : dense.with(replacements);
  }
}
