package io.github.lrfbench.harness.compress.laser;

import io.github.lrfbench.harness.model.LinearSlot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * One matrix cut to a part of its rank.
 *
 * @param slot of the matrix
 * @param percent ρ, the kept part of the largest rank, in percent
 */
record Reduction(LinearSlot slot, int percent) {
  /** What is tried, from the deepest cut on. */
  static final List<Integer> PERCENTS = List.of(1, 5, 10, 20, 40, 60, 80, 90);

  /** The feed-forward matrices in the architectures' own words. */
  private static final Set<String> MLP = Set.of("intermediate", "output");

  /** ⌊ρ min(m, n)⌋, at least 1, in whole numbers. */
  int rank() {
    int full = Math.min(slot.linear().outputs(), slot.linear().inputs());
    return Math.max(1, (int) ((long) percent * full / 100));
  }

  /** The largest rank that a matrix is tried at. */
  static int largest(LinearSlot slot) {
    return new Reduction(slot, PERCENTS.get(PERCENTS.size() - 1)).rank();
  }

  /**
   * All reductions in the order in which they are tried: from the last block on, of every matrix
   * the deepest cut first.
   *
   * @param mlpOnly leaves the attention's matrices as they are
   */
  static List<Reduction> candidates(List<LinearSlot> slots, boolean mlpOnly) {
    List<Reduction> candidates = new ArrayList<>();
    slots.stream()
        .filter(slot -> !mlpOnly || MLP.contains(slot.role()))
        .sorted(Comparator.comparingInt(LinearSlot::layer).reversed())
        .forEach(slot -> PERCENTS.forEach(percent -> candidates.add(new Reduction(slot, percent))));
    return candidates;
  }
}
