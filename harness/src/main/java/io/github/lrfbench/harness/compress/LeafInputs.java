package io.github.lrfbench.harness.compress;

import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.linear.Chain;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.SparseLinear;
import io.github.lrfbench.harness.linear.Sum;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.List;

/**
 * What the parts of a form read: the input of its slot, times what stands before a part in chains.
 */
final class LeafInputs {
  /** Of each part in the order of {@link Linear#mapLeaves}; null for the slot's input itself. */
  private final List<Matrix> before = new ArrayList<>();

  private final Scope scope;

  private LeafInputs(Scope scope) {
    this.scope = scope;
  }

  /**
   * Adds moments of the inputs of a slot's parts.
   *
   * @param leaves as {@link Linear#mapLeaves} finds them
   */
  static void derive(LinearSlot slot, List<LinearSlot> leaves, ActivationMoments moments) {
    if (leaves.stream().allMatch(leaf -> moments.has(leaf.name()))) {
      return;
    }
    try (Scope scratch = moments.of(slot.name()).gram().device().openScope()) {
      LeafInputs inputs = new LeafInputs(scratch);
      inputs.visit(slot.linear(), null);
      if (inputs.before.size() != leaves.size()) {
        throw new IllegalStateException(
            slot.name() + " has " + leaves.size() + " parts, not " + inputs.before.size());
      }
      for (int i = 0; i < leaves.size(); i++) {
        moments.derive(leaves.get(i).name(), slot.name(), inputs.before.get(i));
      }
    }
  }

  private void visit(Linear linear, Matrix map) {
    if (linear.factors() != null) {
      visit(Chain.of(linear), map);
    } else if (linear instanceof Chain chain) {
      visit(chain.first(), map);
      visit(chain.second(), times(chain.first(), map));
    } else if (linear instanceof Sum sum) {
      visit(sum.first(), map);
      visit(sum.second(), map);
    } else if (linear.dense() != null || linear instanceof SparseLinear) {
      before.add(map);
    }
  }

  private Matrix times(Linear first, Matrix map) {
    Matrix own = Matrix.of(scope.allocate(DType.F32, first.outputs(), first.inputs()));
    first.materialize(scope.device(), own);
    Matrix wide = Matrices.toDouble(own, scope);
    return map == null ? wide : Matrices.product(false, wide, false, map, scope);
  }
}
