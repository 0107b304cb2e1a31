package io.github.lrfbench.harness.kernelsuite;

import io.github.lrfbench.harness.measure.Interleaved;
import io.github.lrfbench.harness.measure.LatencyStats;
import io.github.lrfbench.harness.result.KernelColumns;
import io.github.lrfbench.harness.result.KernelRow;
import io.github.lrfbench.harness.shapes.OtherFlops;
import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.List;

/**
 * Times what limits operations that are no large products: how fast memory is, how fast their
 * arithmetic is, and what it takes to start one. Work is captured, as that of a model's timed pass
 * is.
 */
final class OtherTimings {
  /** Two such matrices take 256 MB in single precision: no cache holds them. */
  private static final MatrixShape LARGE = new MatrixShape(4096, 8192);

  /** The activations of a feed-forward layer, which a cache holds. */
  private static final MatrixShape ACTIVATIONS = new MatrixShape(256, 3072);

  private static final MatrixShape SMALL = new MatrixShape(1, 1);
  private static final int LAUNCHES = 64;
  private static final int GELUS = 16;

  private final Device device;
  private final DType dtype;
  private final Interleaved stopwatch;

  OtherTimings(Device device, DType dtype, Interleaved stopwatch) {
    this.device = device;
    this.dtype = dtype;
    this.stopwatch = stopwatch;
  }

  List<KernelRow> measure(KernelRow.Builder template) {
    return List.of(stream(template), gelu(template), launch(template));
  }

  private KernelRow stream(KernelRow.Builder template) {
    LatencyStats stats = sums(LARGE, 1);
    double bytes = 3.0 * LARGE.elements() * dtype.bytes();
    return row(template, KernelRow.STREAM, LARGE, stats)
        .set(KernelColumns.GB_PER_S, bytes / (stats.p50Ms() * 1e6))
        .build();
  }

  private KernelRow gelu(KernelRow.Builder template) {
    try (Scope scope = device.openScope()) {
      Matrix x = Matrix.of(scope.zeros(dtype, ACTIVATIONS.rows(), ACTIVATIONS.cols()));
      LatencyStats stats =
          measure(() -> device.nn().biasActivation(x, null, Activation.GELU), GELUS);
      double flops = (double) GELUS * OtherFlops.of(Activation.GELU) * ACTIVATIONS.elements();
      return row(template, KernelRow.GELU, ACTIVATIONS, stats)
          .set(KernelColumns.MATRICES, GELUS)
          .set(KernelColumns.MS_PER_MATRIX, stats.p50Ms() / GELUS)
          .set(KernelColumns.GFLOP_PER_S, flops / (stats.p50Ms() * 1e6))
          .build();
    }
  }

  private KernelRow launch(KernelRow.Builder template) {
    LatencyStats stats = sums(SMALL, LAUNCHES);
    return row(template, KernelRow.LAUNCH, SMALL, stats)
        .set(KernelColumns.MATRICES, LAUNCHES)
        .set(KernelColumns.MS_PER_MATRIX, stats.p50Ms() / LAUNCHES)
        .build();
  }

  private static KernelRow.Builder row(
      KernelRow.Builder template, String kind, MatrixShape shape, LatencyStats stats) {
    KernelRow.Builder row = Measured.in(template, kind, shape);
    return Measured.set(row, stats).set(KernelColumns.BATCH_ROWS, shape.rows());
  }

  /** Sums of two matrices, so many in one run. */
  private LatencyStats sums(MatrixShape shape, int count) {
    try (Scope scope = device.openScope()) {
      Matrix x = Matrix.of(scope.zeros(dtype, shape.rows(), shape.cols()));
      Matrix y = Matrix.of(scope.zeros(dtype, shape.rows(), shape.cols()));
      return measure(() -> device.nn().add(x, y), count);
    }
  }

  /** An operation so many times in one run. */
  private LatencyStats measure(Runnable operation, int count) {
    Runnable work =
        () -> {
          for (int i = 0; i < count; i++) {
            operation.run();
          }
        };
    try (CapturedGraph graph = device.capture(work)) {
      Runnable run =
          () -> {
            graph.replay();
            device.synchronize();
          };
      return stopwatch.measure(List.of(run)).get(0);
    }
  }
}
