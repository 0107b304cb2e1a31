package io.github.lrfbench.harness.compress.sharing;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Matrices W_l of [m_l, n] that share a basis, W_l ≈ A_l B, or one that shares none. To a budget
 * they are one matrix [W_1; W_2; ...].
 *
 * @param slots at least one, of as many inputs
 */
record BasisGroup(List<LinearSlot> slots) {
  private static final Set<String> OF_ONE_INPUT = Set.of("query", "key", "value");

  /** Query, key and value of every block together, every other matrix alone. */
  static List<BasisGroup> ofBlocks(List<LinearSlot> slots) {
    Map<String, List<LinearSlot>> groups = new LinkedHashMap<>();
    for (LinearSlot slot : slots) {
      String key = OF_ONE_INPUT.contains(slot.role()) ? "block " + slot.layer() : slot.name();
      groups.computeIfAbsent(key, missing -> new ArrayList<>()).add(slot);
    }
    return groups.values().stream().map(BasisGroup::new).toList();
  }

  /**
   * Matrices of one role in consecutive blocks together, every other matrix alone.
   *
   * @param size the most that share a basis
   * @param roles that do
   */
  static List<BasisGroup> overBlocks(List<LinearSlot> slots, int size, Set<String> roles) {
    List<List<LinearSlot>> groups = new ArrayList<>();
    Map<String, List<LinearSlot>> open = new LinkedHashMap<>();
    for (LinearSlot slot : slots) {
      List<LinearSlot> group = roles.contains(slot.role()) ? open.get(slot.role()) : null;
      if (group == null || group.size() == size || !follows(group.get(group.size() - 1), slot)) {
        group = new ArrayList<>();
        groups.add(group);
        open.put(slot.role(), group);
      }
      group.add(slot);
    }
    return groups.stream().map(BasisGroup::new).toList();
  }

  private static boolean follows(LinearSlot before, LinearSlot slot) {
    return slot.layer() == before.layer() + 1
        && slot.linear().inputs() == before.linear().inputs()
        && slot.linear().outputs() == before.linear().outputs();
  }

  /** Whether there is more than one matrix. */
  boolean shares() {
    return slots.size() > 1;
  }

  /** What stands for it where a matrix is asked for. */
  LinearSlot first() {
    return slots.get(0);
  }

  /** Rows of the matrix that all are one above the other. */
  int rows() {
    return slots.stream().mapToInt(slot -> slot.linear().outputs()).sum();
  }

  int cols() {
    return first().linear().inputs();
  }

  /** The ranks of the basis. */
  OperatingPoints points() {
    return RankPoints.of(rows(), cols());
  }

  /** All matrices, one above the other, as one. */
  LinearSlot stacked(Scope scope) {
    Matrix weight = Matrix.of(scope.allocate(DType.F32, cols(), rows()));
    int row = 0;
    for (LinearSlot slot : slots) {
      try (Scope scratch = scope.device().openScope()) {
        int end = row + slot.linear().outputs();
        Matrix own = SlotMatrix.of(slot, scratch);
        scope.device().blas().transpose(own, weight.columns(row, end));
        row = end;
      }
    }
    DenseLinear all = new DenseLinear(weight, null);
    return new LinearSlot(first().name(), first().layer(), first().role(), all);
  }
}
