package io.github.lrfbench.harness.compress.structure;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Two matrices of a block with a width between them.
 *
 * @param first whose outputs are of this width
 * @param second reads them, be it after something that treats each alone
 */
record Pair(LinearSlot first, LinearSlot second) {
  /** The pairs of two roles among some slots, by block. */
  static List<Pair> of(List<LinearSlot> slots, String firstRole, String secondRole) {
    Map<Integer, LinearSlot> seconds = new HashMap<>();
    for (LinearSlot slot : slots) {
      if (slot.role().equals(secondRole)) {
        seconds.put(slot.layer(), slot);
      }
    }
    List<Pair> pairs = new ArrayList<>();
    for (LinearSlot slot : slots) {
      if (slot.role().equals(firstRole) && seconds.containsKey(slot.layer())) {
        pairs.add(new Pair(slot, seconds.get(slot.layer())));
      }
    }
    return pairs;
  }

  /** The width between them. */
  int width() {
    return second.linear().inputs();
  }

  /** Numbers of both matrices that one element of the width takes. */
  int numbersPerElement() {
    return first.linear().inputs() + second.linear().outputs();
  }

  /** The matrix of a slot, F64 [outputs, inputs]. */
  static Matrix matrix(LinearSlot slot, Scope scope) {
    return Matrices.toDouble(SlotMatrix.of(slot, scope), scope);
  }
}
