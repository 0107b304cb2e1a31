package io.github.lrfbench.harness.compress.svd;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.SlotMatrix;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.svd.Spectrum;
import io.github.lrfbench.kernels.svd.SvdFactors;
import io.github.lrfbench.kernels.svd.SvdOptions;
import io.github.lrfbench.kernels.svd.SvdProgress;
import io.github.lrfbench.kernels.svd.SvdRequest;
import io.github.lrfbench.kernels.svd.TruncatedSvd;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Singular value decompositions of one model's matrices, computed once at the largest rank that a
 * sweep needs and cut for every cell. Owned and used by one thread.
 */
public final class FactorCache implements AutoCloseable {
  private final Scope scope;
  private final TruncatedSvd svd;
  private final Map<String, Integer> reserved = new HashMap<>();
  private final Map<String, SvdFactors> factors = new HashMap<>();
  private final Map<String, Spectrum> spectra = new HashMap<>();

  /** An empty cache. */
  public FactorCache(Device device, SvdOptions options) {
    this.scope = device.openScope();
    this.svd = new TruncatedSvd(device, options);
  }

  /**
   * Announces the cells to come, so that each matrix is decomposed once, at the largest rank below
   * break-even.
   */
  public void reserve(List<LinearSlot> slots, List<Budget> budgets) {
    for (LinearSlot slot : slots) {
      int rows = slot.linear().outputs();
      int cols = slot.linear().inputs();
      for (Budget budget : budgets) {
        int rank = budget.rank(rows, cols, () -> singularValues(slot));
        if (!Budget.atOrAboveBreakEven(rows, cols, rank)) {
          reserved.merge(slot.name(), rank, Math::max);
        }
      }
    }
  }

  /**
   * Decompositions of these slots, cut to these ranks.
   *
   * @param ranks one for each slot
   * @return views that live as long as the cache
   */
  public List<SvdFactors> factors(List<LinearSlot> slots, List<Integer> ranks) {
    List<LinearSlot> missing = new ArrayList<>();
    List<Integer> missingRanks = new ArrayList<>();
    for (int i = 0; i < slots.size(); i++) {
      SvdFactors known = factors.get(slots.get(i).name());
      if (known == null || known.rank() < ranks.get(i)) {
        missing.add(slots.get(i));
        missingRanks.add(Math.max(ranks.get(i), reserved.getOrDefault(slots.get(i).name(), 0)));
      }
    }
    compute(missing, missingRanks);
    List<SvdFactors> cut = new ArrayList<>();
    for (int i = 0; i < slots.size(); i++) {
      cut.add(factors.get(slots.get(i).name()).truncate(ranks.get(i)));
    }
    return cut;
  }

  private void compute(List<LinearSlot> slots, List<Integer> ranks) {
    try (Scope scratch = scope.device().openScope()) {
      List<SvdRequest> requests = new ArrayList<>();
      for (int i = 0; i < slots.size(); i++) {
        requests.add(new SvdRequest(SlotMatrix.of(slots.get(i), scratch), ranks.get(i)));
      }
      List<SvdFactors> computed = svd.factor(scope, requests, SvdProgress.NONE);
      for (int i = 0; i < slots.size(); i++) {
        factors.put(slots.get(i).name(), computed.get(i));
      }
    }
  }

  /** All singular values of a slot's matrix, in descending order. */
  public double[] singularValues(LinearSlot slot) {
    Spectrum known = spectra.get(slot.name());
    if (known == null) {
      try (Scope scratch = scope.device().openScope()) {
        Matrix w = SlotMatrix.of(slot, scratch);
        known = svd.singularValues(List.of(w), SvdProgress.NONE).get(0);
      }
      spectra.put(slot.name(), known);
    }
    return known.values();
  }

  @Override
  public void close() {
    scope.close();
  }
}
