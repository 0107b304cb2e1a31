package io.github.lrfbench.harness.kernelsuite;

import io.github.lrfbench.harness.measure.Interleaved;
import io.github.lrfbench.harness.measure.LatencyStats;
import io.github.lrfbench.harness.result.KernelColumns;
import io.github.lrfbench.harness.result.KernelRow;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.svd.Spectrum;
import io.github.lrfbench.kernels.svd.SvdAlgorithm;
import io.github.lrfbench.kernels.svd.SvdFactors;
import io.github.lrfbench.kernels.svd.SvdOptions;
import io.github.lrfbench.kernels.svd.SvdProgress;
import io.github.lrfbench.kernels.svd.SvdRequest;
import io.github.lrfbench.kernels.svd.TruncatedSvd;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Times the truncated SVD of one shape: as many matrices at a time as the device has threads, as a
 * sweep does it, every algorithm in turns. The full decomposition costs the same at every rank and
 * is timed once, with the largest.
 */
final class SvdTimings implements AutoCloseable {
  private final Device device;
  private final KernelSuiteConfig config;
  private final Interleaved stopwatch;
  private final MatrixShape shape;
  private final Scope scope;
  private final List<Matrix> matrices;
  private final Spectrum spectrum;

  /** Makes the matrices and finds the singular values of the first. */
  SvdTimings(Device device, KernelSuiteConfig config, Interleaved stopwatch, MatrixShape shape) {
    this.device = device;
    this.config = config;
    this.stopwatch = stopwatch;
    this.shape = shape;
    scope = device.openScope();
    matrices =
        IntStream.range(0, device.threads()).mapToObj(i -> matrix(config.seed() + i)).toList();
    spectrum =
        svd(SvdAlgorithm.EXACT).singularValues(List.of(matrices.get(0)), SvdProgress.NONE).get(0);
  }

  /** The rows of one rank. */
  List<KernelRow> measure(int rank, boolean withExact, KernelRow.Builder template) {
    List<SvdAlgorithm> algorithms = new ArrayList<>(List.of(SvdAlgorithm.values()));
    if (!withExact) {
      algorithms.remove(SvdAlgorithm.EXACT);
    }
    List<SvdRequest> requests =
        matrices.stream().map(matrix -> new SvdRequest(matrix, rank)).toList();
    List<LatencyStats> stats =
        stopwatch.measure(algorithms.stream().map(algorithm -> run(algorithm, requests)).toList());
    List<KernelRow> rows = new ArrayList<>();
    for (int i = 0; i < algorithms.size(); i++) {
      KernelRow.Builder row = Measured.in(template, KernelRow.SVD, shape);
      row.set(KernelColumns.RANK, rank);
      row.set(KernelColumns.SVD_ALGORITHM, algorithms.get(i).label());
      Measured.set(row, stats.get(i)).set(KernelColumns.MATRICES, requests.size());
      row.set(KernelColumns.MS_PER_MATRIX, stats.get(i).p50Ms() / requests.size());
      setErrors(row, algorithms.get(i), rank);
      rows.add(row.build());
    }
    return rows;
  }

  @Override
  public void close() {
    scope.close();
  }

  private Matrix matrix(long seed) {
    return RandomMatrices.gaussian(scope, shape.rows(), shape.cols(), seed);
  }

  private TruncatedSvd svd(SvdAlgorithm algorithm) {
    return new TruncatedSvd(device, SvdOptions.of(algorithm).withSeed(config.seed()));
  }

  private Runnable run(SvdAlgorithm algorithm, List<SvdRequest> requests) {
    TruncatedSvd svd = svd(algorithm);
    return () -> {
      try (Scope results = device.openScope()) {
        svd.factor(results, requests, SvdProgress.NONE);
        device.synchronize();
      }
    };
  }

  private void setErrors(KernelRow.Builder row, SvdAlgorithm algorithm, int rank) {
    try (Scope results = device.openScope()) {
      SvdFactors factors = svd(algorithm).factor(results, matrices.get(0), rank);
      double error = factors.measureError(matrices.get(0));
      double optimum = spectrum.tail(rank);
      row.set(KernelColumns.SVD_USED, used(factors));
      row.set(KernelColumns.RELATIVE_ERROR, error / spectrum.norm());
      row.set(KernelColumns.OPTIMAL_RELATIVE_ERROR, optimum / spectrum.norm());
      if (optimum > 0) {
        row.set(KernelColumns.ERROR_OVER_OPTIMUM, error / optimum);
      }
    }
  }

  private static String used(SvdFactors factors) {
    String precision = factors.precision().name().toLowerCase(Locale.ROOT).replace("f", "fp");
    return factors.algorithm().label() + "-" + precision;
  }
}
