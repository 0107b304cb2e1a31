package io.github.lrfbench.harness.kernelsuite;

import io.github.lrfbench.harness.measure.Interleaved;
import io.github.lrfbench.harness.measure.LatencyStats;
import io.github.lrfbench.harness.result.KernelColumns;
import io.github.lrfbench.harness.result.KernelRow;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.BreakEven;
import io.github.lrfbench.kernels.lowrank.LowRankCost;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.lowrank.LowRankMatmul;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Times the dense product and the low-rank products of one shape and one number of rows, in turns,
 * and finds the rank at which they take equally long.
 */
final class MatmulTimings {
  private static final int GEMM_SIZE = 1024;

  private final Device device;
  private final KernelSuiteConfig config;
  private final DType dtype;
  private final Interleaved stopwatch;

  /** Whether a low-rank product may be another kernel than two products. */
  private final boolean twoWays;

  MatmulTimings(Device device, KernelSuiteConfig config, DType dtype, Interleaved stopwatch) {
    this.device = device;
    this.config = config;
    this.dtype = dtype;
    this.twoWays = !device.id().equals("cpu");
    this.stopwatch = stopwatch;
  }

  /**
   * The speed of a large square product: what the others are a share of.
   *
   * @param row of the table
   * @param gigaFlops billions of operations a second in the fastest run
   */
  record Peak(KernelRow row, double gigaFlops) {}

  Peak measurePeak(KernelRow.Builder template) {
    MatrixShape shape = new MatrixShape(GEMM_SIZE, GEMM_SIZE);
    try (Scope scope = device.openScope()) {
      LatencyStats stats =
          stopwatch.measure(List.of(dense(scope, shape, input(scope, shape, GEMM_SIZE)))).get(0);
      double peak = gigaPerSecond(2.0 * GEMM_SIZE * GEMM_SIZE * GEMM_SIZE, stats.minMs());
      KernelRow.Builder row = Measured.in(template, KernelRow.GEMM, shape);
      Measured.set(row, stats).set(KernelColumns.BATCH_ROWS, GEMM_SIZE);
      return new Peak(
          withSpeed(row, shape.elements(), shape, GEMM_SIZE, stats.p50Ms(), peak), peak);
    }
  }

  /** The rows of one shape and number of rows: dense, every rank, break-even. */
  List<KernelRow> measure(
      MatrixShape shape, int batchRows, double peak, KernelRow.Builder template) {
    List<Integer> ranks = config.ranksOf(shape);
    List<LatencyStats> stats;
    try (Scope scope = device.openScope()) {
      Matrix x = input(scope, shape, batchRows);
      List<Runnable> subjects = new ArrayList<>();
      subjects.add(dense(scope, shape, x));
      for (int rank : ranks) {
        subjects.add(lowRank(scope, shape, rank, x, false));
      }
      for (int rank : twoWays ? ranks : List.<Integer>of()) {
        subjects.add(lowRank(scope, shape, rank, x, true));
      }
      stats = stopwatch.measure(subjects);
    }
    KernelRow.Builder base = template.copy().set(KernelColumns.BATCH_ROWS, batchRows);
    base.set(KernelColumns.BREAK_EVEN_RANK, LowRankCost.breakEvenRank(shape.rows(), shape.cols()));
    double denseMs = stats.get(0).p50Ms();
    List<KernelRow> rows = new ArrayList<>();
    KernelRow.Builder denseRow = Measured.in(base, KernelRow.DENSE_MATMUL, shape);
    rows.add(
        withSpeed(
            Measured.set(denseRow, stats.get(0)),
            shape.elements(),
            shape,
            batchRows,
            denseMs,
            peak));
    Map<Integer, Double> times = new TreeMap<>();
    for (int i = 0; i < ranks.size(); i++) {
      int rank = ranks.get(i);
      LatencyStats own = stats.get(i + 1);
      times.put(rank, own.p50Ms());
      KernelRow.Builder row = Measured.in(base, KernelRow.LOWRANK_MATMUL, shape);
      rows.add(lowRankRow(row, shape, batchRows, rank, own, denseMs, peak));
      if (twoWays) {
        KernelRow.Builder two = Measured.in(base, KernelRow.LOWRANK_TWO_PRODUCTS, shape);
        LatencyStats its = stats.get(i + 1 + ranks.size());
        rows.add(lowRankRow(two, shape, batchRows, rank, its, denseMs, peak));
      }
    }
    if (!ranks.isEmpty()) {
      KernelRow.Builder row = Measured.in(base, KernelRow.BREAK_EVEN, shape);
      rows.add(breakEven(row, BreakEven.of(denseMs, times)));
    }
    return rows;
  }

  private KernelRow lowRankRow(
      KernelRow.Builder row,
      MatrixShape shape,
      int batchRows,
      int rank,
      LatencyStats stats,
      double denseMs,
      double peak) {
    double ms = stats.p50Ms();
    Measured.set(row, stats).set(KernelColumns.RANK, rank).set(KernelColumns.SPEEDUP, denseMs / ms);
    long weights = new LowRankCost(shape.rows(), shape.cols(), rank).parameters();
    return withSpeed(row, weights, shape, batchRows, ms, peak);
  }

  private static KernelRow breakEven(KernelRow.Builder row, BreakEven breakEven) {
    if (breakEven.verdict() == BreakEven.Verdict.FOUND) {
      row.set(KernelColumns.BREAK_EVEN_RANK_MEASURED, breakEven.rank());
    }
    return row.set(KernelColumns.BREAK_EVEN_VERDICT, breakEven.verdict().label()).build();
  }

  private KernelRow withSpeed(
      KernelRow.Builder row,
      long weights,
      MatrixShape shape,
      int batchRows,
      double ms,
      double peak) {
    double gigaFlops = gigaPerSecond(2.0 * weights * batchRows, ms);
    double numbers = weights + (double) batchRows * (shape.rows() + shape.cols());
    row.set(KernelColumns.GFLOP_PER_S, gigaFlops).set(KernelColumns.PEAK_SHARE, gigaFlops / peak);
    return row.set(KernelColumns.GB_PER_S, gigaPerSecond(dtype.bytes() * numbers, ms)).build();
  }

  private static double gigaPerSecond(double amount, double ms) {
    return amount / (ms * 1e6);
  }

  private Matrix input(Scope scope, MatrixShape shape, int batchRows) {
    return RandomMatrices.gaussian(scope, batchRows, shape.cols(), config.seed(), dtype);
  }

  private Runnable dense(Scope scope, MatrixShape shape, Matrix x) {
    Matrix w = RandomMatrices.gaussian(scope, shape.cols(), shape.rows(), config.seed() + 1, dtype);
    Matrix y = Matrix.of(scope.allocate(dtype, x.rows(), shape.rows()));
    return () -> {
      device.nn().linear(x, false, w, null, Activation.NONE, y);
      device.synchronize();
    };
  }

  private Runnable lowRank(
      Scope scope, MatrixShape shape, int rank, Matrix x, boolean asTwoProducts) {
    Matrix up = RandomMatrices.gaussian(scope, rank, shape.rows(), config.seed() + 2, dtype);
    Matrix down = RandomMatrices.gaussian(scope, shape.cols(), rank, config.seed() + 3, dtype);
    Matrix y = Matrix.of(scope.allocate(dtype, x.rows(), shape.rows()));
    LowRankMatmul matmul = new LowRankMatmul(new LowRankFactors(down, up), null);
    Matrix middle = asTwoProducts ? Matrix.of(scope.allocate(dtype, x.rows(), rank)) : null;
    return () -> {
      if (asTwoProducts) {
        matmul.apply(x, middle, Activation.NONE, y);
      } else {
        matmul.apply(x, Activation.NONE, y);
      }
      device.synchronize();
    };
  }
}
