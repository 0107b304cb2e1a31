package io.github.lrfbench.harness.compress.svd;

import io.github.lrfbench.harness.compress.LayerReport;
import io.github.lrfbench.harness.compress.SlotMatrix;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.svd.SvdAlgorithm;
import java.util.Locale;

/** What became of single matrices. */
final class LayerReports {
  private LayerReports() {}

  /** A matrix that stays as it is because the factors would be no smaller. */
  static LayerReport keptDense(LinearSlot slot, int rank, Device device) {
    int rows = slot.linear().outputs();
    int cols = slot.linear().inputs();
    long parameters = slot.linear().parameters();
    double norm;
    try (Scope scratch = device.openScope()) {
      norm = Math.sqrt(device.blas().squaredNorm(SlotMatrix.of(slot, scratch)));
    }
    String note =
        String.format(
            Locale.ROOT,
            "kept dense: rank %d would store no fewer numbers than the matrix (break-even %d)",
            rank,
            (long) rows * cols / (rows + cols));
    return new LayerReport(
        slot.name(),
        rows,
        cols,
        Math.min(rows, cols),
        parameters,
        parameters,
        "",
        norm,
        0,
        0,
        1,
        note,
        0);
  }

  /**
   * A matrix that was replaced by factors that are not its best; the error is measured, the best
   * one not known.
   */
  static LayerReport replaced(
      LinearSlot slot,
      Linear replacement,
      int rank,
      SvdAlgorithm algorithm,
      Device device,
      long startNanos) {
    double norm;
    double error;
    try (Scope scratch = device.openScope()) {
      Matrix w = SlotMatrix.of(slot, scratch);
      norm = Math.sqrt(device.blas().squaredNorm(w));
      LowRankFactors factors = ((LowRankLinear) replacement).factors();
      device.blas().gemm(true, true, -1, factors.up(), factors.down(), 1, w);
      error = Math.sqrt(device.blas().squaredNorm(w));
    }
    return new LayerReport(
        slot.name(),
        slot.linear().outputs(),
        slot.linear().inputs(),
        rank,
        slot.linear().parameters(),
        replacement.parameters(),
        algorithm.label(),
        norm,
        error,
        Double.NaN,
        norm == 0 ? 1 : 1 - (error / norm) * (error / norm),
        "",
        (System.nanoTime() - startNanos) / 1e9);
  }
}
