package io.github.lrfbench.harness.report;

import io.github.lrfbench.harness.result.KernelColumns;
import io.github.lrfbench.harness.result.KernelRow;
import java.util.List;

/**
 * What a device allows a product (Williams, Waterman and Patterson 2009, "Roofline"): its peak, or
 * where too few operations are done with each byte, what its memory lets through. Neither is looked
 * up; both are the fastest that was measured, the peak most likely in a large square product.
 *
 * @param peak 10^9 floating-point operations a second
 * @param bandwidth 10^9 bytes a second
 */
public record Roofline(double peak, double bandwidth) {
  /** By rows of one device, type and number of threads, of which at least one has both speeds. */
  public static Roofline of(List<KernelRow> rows) {
    double peak = 0;
    double bandwidth = 0;
    for (KernelRow row : rows) {
      if (isProduct(row)) {
        // Where other programs slowed the large product down, another was the fastest.
        double ofGemm = operations(row) / row.get(KernelColumns.PEAK_SHARE);
        peak = Math.max(peak, Math.max(ofGemm, operations(row)));
        bandwidth = Math.max(bandwidth, row.get(KernelColumns.GB_PER_S));
      }
    }
    return new Roofline(peak, bandwidth);
  }

  /** Whether a row has the speeds of a product. */
  static boolean isProduct(KernelRow row) {
    return row.get(KernelColumns.GFLOP_PER_S) != null
        && row.get(KernelColumns.GB_PER_S) != null
        && row.get(KernelColumns.PEAK_SHARE) != null;
  }

  /** Operations for each byte of weights, input and output. */
  static double intensity(KernelRow row) {
    return operations(row) / row.get(KernelColumns.GB_PER_S);
  }

  /** Whether memory and not arithmetic limits a product. */
  boolean isMemoryBound(KernelRow row) {
    return bandwidth * intensity(row) < peak;
  }

  /** The speed of a product as a fraction of what the device allows it. */
  double share(KernelRow row) {
    return operations(row) / Math.min(peak, bandwidth * intensity(row));
  }

  private static double operations(KernelRow row) {
    return row.get(KernelColumns.GFLOP_PER_S);
  }
}
