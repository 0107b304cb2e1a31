package io.github.lrfbench.harness.kernelsuite;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The columns of the kernels' table, in order; new ones go to the end and raise the schema. */
public enum KernelColumn {
  SCHEMA("version of the columns"),
  KIND("gemm, svd, dense_matmul, lowrank_matmul, lowrank_two_products (on a GPU) or break_even"),
  DEVICE("the device as it is named on the command line"),
  DEVICE_NAME("the device as its maker names it"),
  DTYPE("type of the numbers"),
  THREADS("host threads used by kernels"),
  SEED("seed of the random matrices"),
  ROWS("outputs m of the weight matrix"),
  COLS("inputs n of the weight matrix"),
  BATCH_ROWS("rows T of the product's input"),
  RANK("rank r"),
  SVD_ALGORITHM("the algorithm that was asked for"),
  SVD_USED("the algorithm and precision that did it, where auto chooses"),
  MATRICES("matrices decomposed in one timed run, one per thread"),
  RUNS("timed runs, without the warm-up"),
  LATENCY_MS_P50("median time of a run"),
  LATENCY_MS_P90("90th percentile"),
  LATENCY_MS_MIN("fastest run"),
  LATENCY_MS_MEAN("mean"),
  LATENCY_MS_STDEV("sample standard deviation"),
  FIRST_LATENCY_MS("the very first run"),
  MS_PER_MATRIX("latency_ms_p50 / matrices"),
  RELATIVE_ERROR("Frobenius error / norm of the matrix"),
  OPTIMAL_RELATIVE_ERROR("the smallest possible relative_error at this rank"),
  ERROR_OVER_OPTIMUM("relative_error / optimal_relative_error"),
  GFLOP_PER_S("billions of floating-point operations a second at the median"),
  GB_PER_S("10^9 bytes of weights, input and output a second at the median"),
  PEAK_SHARE("gflop_per_s / that of the fastest run of gemm, a product of 1024 x 1024 x 1024"),
  SPEEDUP("median of the dense product / latency_ms_p50, runs interleaved"),
  BREAK_EVEN_RANK("m n / (m + n), where parameters and operations are equal"),
  BREAK_EVEN_RANK_MEASURED(
      "rank at which the times are equal; every measured rank below is faster"),
  BREAK_EVEN_VERDICT("found, or below or above: the crossing is outside the measured ranks");

  /** The value of the first column. */
  public static final long SCHEMA_VERSION = 1;

  private final String description;

  KernelColumn(String description) {
    this.description = description;
  }

  /** The name in the file. */
  public String header() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What the column holds, in a phrase. */
  public String description() {
    return description;
  }

  /** All names, in order. */
  public static List<String> headers() {
    return Arrays.stream(values()).map(KernelColumn::header).toList();
  }
}
