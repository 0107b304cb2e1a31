package io.github.lrfbench.harness.result;

import java.util.ArrayList;
import java.util.List;

/** The columns of what {@code kernels} measures. New ones go to the end. */
public final class KernelColumns {
  private static final List<Column<?>> COLUMNS = new ArrayList<>();

  public static final Column<Long> SCHEMA = add(Column.SCHEMA);

  public static final Column<String> KIND =
      add(
          Column.text(
              "kind",
              "gemm, a product of 1024 x 1024 x 1024 that shows the device's peak; dense_matmul; lowrank_matmul, as the device chose to do it; lowrank_two_products, on a GPU, what it may have chosen instead; break_even; svd; stream, the sum of two matrices that no cache holds, whose gb_per_s is the bandwidth of memory; gelu, activations in place that a cache holds, whose gflop_per_s, counting 18 operations for each, is the peak of what is no product; launch, sums of two single numbers one after the other, whose ms_per_matrix is what it takes to start one."));

  public static final Column<String> DEVICE =
      add(Column.text("device", "The device as it is named on the command line."));

  public static final Column<String> DEVICE_NAME =
      add(Column.text("device_name", "The device as its maker names it."));

  public static final Column<String> DTYPE = add(Column.text("dtype", "Type of the numbers."));

  public static final Column<Long> THREADS =
      add(Column.integer("threads", "", "Host threads used by kernels."));

  public static final Column<Long> SEED =
      add(Column.integer("seed", "", "Seed of the random matrices."));

  public static final Column<Long> ROWS =
      add(Column.integer("rows", "", "Outputs m of the weight matrix."));

  public static final Column<Long> COLS =
      add(Column.integer("cols", "", "Inputs n of the weight matrix."));

  public static final Column<Long> BATCH_ROWS =
      add(
          Column.integer(
              "batch_rows",
              "",
              "Rows T of the product's input: tokens that are computed together."));

  public static final Column<Long> RANK = add(Column.integer("rank", "", "Rank r."));

  public static final Column<String> SVD_ALGORITHM =
      add(Column.text("svd_algorithm", "The algorithm that was asked for."));

  public static final Column<String> SVD_USED =
      add(Column.text("svd_used", "The algorithm and precision that did it, where auto chooses."));

  public static final Column<Long> MATRICES =
      add(
          Column.integer(
              "matrices",
              "",
              "Matrices decomposed in one timed run, one per thread; of launch the sums and of gelu the activations in one."));

  public static final Column<Long> RUNS =
      add(Column.integer("runs", "", "Timed runs, without the warm-up."));

  public static final Column<Double> LATENCY_MS_P50 =
      add(Column.number("latency_ms_p50", "ms", "Median time of a run."));

  public static final Column<Double> LATENCY_MS_P90 =
      add(Column.number("latency_ms_p90", "ms", "90th percentile."));

  public static final Column<Double> LATENCY_MS_MIN =
      add(Column.number("latency_ms_min", "ms", "Fastest run."));

  public static final Column<Double> LATENCY_MS_MEAN =
      add(Column.number("latency_ms_mean", "ms", "Mean."));

  public static final Column<Double> LATENCY_MS_STDEV =
      add(Column.number("latency_ms_stdev", "ms", "Sample standard deviation."));

  public static final Column<Double> FIRST_LATENCY_MS =
      add(Column.number("first_latency_ms", "ms", "The very first run."));

  public static final Column<Double> MS_PER_MATRIX =
      add(Column.number("ms_per_matrix", "ms", "latency_ms_p50 / matrices."));

  public static final Column<Double> RELATIVE_ERROR =
      add(Column.number("relative_error", "", "Frobenius error / norm of the matrix."));

  public static final Column<Double> OPTIMAL_RELATIVE_ERROR =
      add(
          Column.number(
              "optimal_relative_error", "", "The smallest possible relative_error at this rank."));

  public static final Column<Double> ERROR_OVER_OPTIMUM =
      add(Column.number("error_over_optimum", "", "relative_error / optimal_relative_error."));

  public static final Column<Double> GFLOP_PER_S =
      add(
          Column.number(
              "gflop_per_s",
              "GFLOP/s",
              "Billions of floating-point operations a second at the median."));

  public static final Column<Double> GB_PER_S =
      add(
          Column.number(
              "gb_per_s",
              "GB/s",
              "10^9 bytes of weights, input and output a second at the median; of stream of what is read and written."));

  public static final Column<Double> PEAK_SHARE =
      add(Column.number("peak_share", "", "gflop_per_s / that of the fastest run of gemm."));

  public static final Column<Double> SPEEDUP =
      add(
          Column.number(
              "speedup", "", "Median of the dense product / latency_ms_p50, runs interleaved."));

  public static final Column<Double> BREAK_EVEN_RANK =
      add(
          Column.number(
              "break_even_rank", "", "m n / (m + n), where parameters and operations are equal."));

  public static final Column<Double> BREAK_EVEN_RANK_MEASURED =
      add(
          Column.number(
              "break_even_rank_measured",
              "",
              "Rank at which the times are equal, between two measured ranks; every measured rank below is faster. Empty where the crossing was not seen."));

  public static final Column<String> BREAK_EVEN_VERDICT =
      add(
          Column.text(
              "break_even_verdict",
              "found; not reached, where low rank was faster at every measured rank; below, where it was slower at the smallest. Up to schema 1 the last two were above and below, with the rank beside."));

  /** The table: every column in the order of the file. */
  public static final TableSchema TABLE = new TableSchema("kernels.csv", 2, COLUMNS);

  private KernelColumns() {}

  private static <T> Column<T> add(Column<T> column) {
    COLUMNS.add(column);
    return column;
  }
}
