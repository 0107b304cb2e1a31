package io.github.lrfbench.harness.compress.svd;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.Compression;
import io.github.lrfbench.harness.compress.CompressionRequest;
import io.github.lrfbench.harness.compress.LayerReport;
import io.github.lrfbench.harness.compress.SlotMatrix;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.svd.SigmaSplit;
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
 * Truncated SVD of W D, D diagonal over the inputs, and D⁻¹ multiplied back into the factor that
 * meets the input: the closest matrix of a rank where inputs count by the squares of D.
 */
final class InputScaledSvd {
  private final CompressionRequest request;
  private final Map<String, double[]> scales;

  /**
   * A weighted compression.
   *
   * @param scales the diagonal of D for every requested slot, positive
   */
  InputScaledSvd(CompressionRequest request, Map<String, double[]> scales) {
    this.request = request;
    this.scales = scales;
  }

  /** Compresses all requested slots. */
  Compression compress(Map<String, String> parameters) {
    Device device = request.scope().device();
    Map<String, LayerReport> reports = new HashMap<>();
    Map<String, Linear> replacements = new HashMap<>();
    List<LinearSlot> factored = new ArrayList<>();
    List<SvdRequest> requests = new ArrayList<>();
    try (Scope scratch = device.openScope()) {
      for (LinearSlot slot : request.slots()) {
        int rows = slot.linear().outputs();
        int cols = slot.linear().inputs();
        int rank = request.budget().rank(rows, cols, () -> scaledSpectrum(slot));
        if (Budget.atOrAboveBreakEven(rows, cols, rank)) {
          reports.put(slot.name(), LayerReports.keptDense(slot, rank, device));
        } else {
          factored.add(slot);
          requests.add(new SvdRequest(scaled(slot, scratch), rank));
        }
      }
      List<SvdFactors> factors =
          new TruncatedSvd(device, SvdOptions.DEFAULT).factor(scratch, requests, SvdProgress.NONE);
      for (int i = 0; i < factored.size(); i++) {
        LinearSlot slot = factored.get(i);
        long start = System.nanoTime();
        LowRankFactors split = factors.get(i).split(request.scope(), SigmaSplit.BOTH);
        device.blas().scaleRows(split.down(), inverse(scales.get(slot.name())));
        Linear replacement = new LowRankLinear(split, slot.linear().bias());
        replacements.put(slot.name(), replacement);
        reports.put(
            slot.name(),
            LayerReports.replaced(
                slot, replacement, split.rank(), factors.get(i).algorithm(), device, start));
      }
    }
    List<LayerReport> layers =
        request.slots().stream().map(slot -> reports.get(slot.name())).toList();
    return new Compression(replacements, layers, parameters);
  }

  private Matrix scaled(LinearSlot slot, Scope scratch) {
    Matrix w = SlotMatrix.of(slot, scratch);
    scratch.device().blas().scaleColumns(w, scales.get(slot.name()));
    return w;
  }

  private double[] scaledSpectrum(LinearSlot slot) {
    Device device = request.scope().device();
    try (Scope scratch = device.openScope()) {
      return new TruncatedSvd(device, SvdOptions.DEFAULT)
          .singularValues(List.of(scaled(slot, scratch)), SvdProgress.NONE)
          .get(0)
          .values();
    }
  }

  private static double[] inverse(double[] scales) {
    double[] inverse = new double[scales.length];
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = 1 / scales[i];
    }
    return inverse;
  }
}
