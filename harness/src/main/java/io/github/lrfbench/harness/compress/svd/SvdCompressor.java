package io.github.lrfbench.harness.compress.svd;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.Compression;
import io.github.lrfbench.harness.compress.CompressionRequest;
import io.github.lrfbench.harness.compress.Compressor;
import io.github.lrfbench.harness.compress.LayerReport;
import io.github.lrfbench.harness.compress.MethodInfo;
import io.github.lrfbench.harness.compress.MethodInfo.Need;
import io.github.lrfbench.harness.compress.SlotMatrix;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.svd.SigmaSplit;
import io.github.lrfbench.kernels.svd.SvdFactors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The method {@code svd}: every matrix is replaced by its best approximation of a rank in the
 * Frobenius norm (Eckart and Young 1936), whatever its inputs are.
 */
public final class SvdCompressor implements Compressor {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "svd",
        "truncated singular value decomposition of the weights",
        "Eckart and Young 1936",
        Set.of(Need.WEIGHTS));
  }

  @Override
  public Compression compress(CompressionRequest request) {
    List<LinearSlot> factored = new ArrayList<>();
    List<Integer> ranks = new ArrayList<>();
    Map<String, LayerReport> reports = new HashMap<>();
    for (LinearSlot slot : request.slots()) {
      int rows = slot.linear().outputs();
      int cols = slot.linear().inputs();
      int rank = request.budget().rank(rows, cols, () -> request.factors().singularValues(slot));
      if (Budget.atOrAboveBreakEven(rows, cols, rank)) {
        reports.put(slot.name(), LayerReports.keptDense(slot, rank, request.scope().device()));
      } else {
        factored.add(slot);
        ranks.add(rank);
      }
    }
    Map<String, Linear> replacements = new HashMap<>();
    List<SvdFactors> factors = request.factors().factors(factored, ranks);
    for (int i = 0; i < factored.size(); i++) {
      LinearSlot slot = factored.get(i);
      long start = System.nanoTime();
      LowRankFactors split = factors.get(i).split(request.scope(), SigmaSplit.BOTH);
      Linear replacement = new LowRankLinear(split, slot.linear().bias());
      replacements.put(slot.name(), replacement);
      reports.put(slot.name(), replaced(slot, factors.get(i), replacement, start));
    }
    List<LayerReport> layers =
        request.slots().stream().map(slot -> reports.get(slot.name())).toList();
    return new Compression(replacements, layers, Map.of("split", "sqrt"));
  }

  private static LayerReport replaced(
      LinearSlot slot, SvdFactors factors, Linear replacement, long start) {
    double error;
    double norm = factors.spectrum().norm();
    try (Scope scratch = factors.u().device().openScope()) {
      Matrix w = SlotMatrix.of(slot, scratch);
      error = factors.measureError(w);
    }
    return new LayerReport(
        slot.name(),
        factors.rows(),
        factors.cols(),
        factors.rank(),
        slot.linear().parameters(),
        replacement.parameters(),
        factors.algorithm().label(),
        norm,
        error,
        factors.optimalError(),
        norm == 0 ? 1 : 1 - (error / norm) * (error / norm),
        "",
        (System.nanoTime() - start) / 1e9);
  }
}
