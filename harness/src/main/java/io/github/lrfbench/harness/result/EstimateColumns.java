package io.github.lrfbench.harness.result;

import java.util.ArrayList;
import java.util.List;

/** The columns of what {@code estimate} writes. New ones go to the end. */
public final class EstimateColumns {
  private static final List<Column<?>> COLUMNS = new ArrayList<>();

  public static final Column<Long> SCHEMA = add(Column.SCHEMA);

  public static final Column<String> ESTIMATE =
      add(
          Column.text(
              "estimate",
              "What is estimated: model, a model in batches of a size; break_even, from which rank on two factors are no faster than the matrix, of a shape, or where rows is empty of all selected matrices of the model together; measured, a model beside the measured row of a cell."));

  public static final Column<String> MODEL =
      add(Column.text("model", "The model as it was asked for."));

  public static final Column<String> METHOD =
      add(Column.text("method", "The compression method; dense is the model as it is."));

  public static final Column<String> BUDGET_KIND =
      add(Column.text("budget_kind", "What the budget counts: keep, bits or rank."));

  public static final Column<Double> BUDGET =
      add(Column.number("budget", "", "The budget, as in runs.csv."));

  public static final Column<Long> ROWS =
      add(Column.integer("rows", "", "Outputs m of the matrix, of break_even."));

  public static final Column<Long> COLS =
      add(Column.integer("cols", "", "Inputs n of the matrix, of break_even."));

  public static final Column<String> FIGURES =
      add(Column.text("figures", "The device that the time is estimated for."));

  public static final Column<String> FIGURES_SOURCE =
      add(
          Column.text(
              "figures_source",
              "Where peak, bandwidth and launch are from: published, measured, given."));

  public static final Column<String> DTYPE = add(Column.text("dtype", "Type of the numbers."));

  public static final Column<Double> PEAK_GFLOPS =
      add(
          Column.number(
              "peak_gflops",
              "GFLOP/s",
              "Billions of floating-point operations a second of products."));

  public static final Column<Double> OTHER_GFLOPS =
      add(Column.number("other_gflops", "GFLOP/s", "The same of all that is no product."));

  public static final Column<Double> BANDWIDTH_GBS =
      add(Column.number("bandwidth_gbs", "GB/s", "10^9 bytes a second of the device's memory."));

  public static final Column<Double> LAUNCH_US =
      add(Column.number("launch_us", "us", "What it takes to start an operation."));

  public static final Column<String> LATENCY_KIND =
      add(Column.text("latency_kind", "What is called: forward, prefill or decode."));

  public static final Column<Long> BATCH_SIZE =
      add(Column.integer("batch_size", "", "Sequences per call."));

  public static final Column<Long> SEQ_LEN =
      add(Column.integer("seq_len", "token", "Tokens per sequence."));

  public static final Column<Long> PARAMS =
      add(Column.integer("params", "", "Parameters of the model, counted as in runs.csv."));

  public static final Column<Double> PARAMS_RATIO =
      add(Column.number("params_ratio", "", "params / those of the dense model."));

  public static final Column<Long> BYTES =
      add(Column.integer("bytes", "B", "Size of the stored weights in dtype, as in runs.csv."));

  public static final Column<Long> FLOPS_PER_EXAMPLE =
      add(
          Column.integer(
              "flops_per_example",
              "FLOP",
              "Floating-point operations of a whole pass over one sequence, as in runs.csv."));

  public static final Column<Long> FLOPS_TIMED =
      add(
          Column.integer(
              "flops_timed", "FLOP", "Those of the call for each sequence, as in runs.csv."));

  public static final Column<Long> OPERATIONS =
      add(Column.integer("operations", "", "Operations that a call starts."));

  public static final Column<Double> ESTIMATED_MS =
      add(
          Column.number(
              "estimated_ms",
              "ms",
              "Estimated time of a call: of every operation the larger of operations / peak and bytes / bandwidth, and a launch."));

  public static final Column<Double> ESTIMATED_SPEEDUP =
      add(
          Column.number(
              "estimated_speedup", "", "estimated_ms of the dense model / estimated_ms."));

  public static final Column<Double> MEMORY_SHARE =
      add(
          Column.number(
              "memory_share", "", "Part of estimated_ms that is spent waiting for memory."));

  public static final Column<Double> LAUNCH_SHARE =
      add(Column.number("launch_share", "", "Part of estimated_ms that launches take."));

  public static final Column<Double> BREAK_EVEN_RANK =
      add(
          Column.number(
              "break_even_rank",
              "",
              "The rank at which factors have as many parameters: m n / (m + n), of several matrices the sum of m n / the sum of m + n."));

  public static final Column<Long> ESTIMATED_BREAK_EVEN_RANK =
      add(
          Column.integer(
              "estimated_break_even_rank",
              "",
              "The largest rank at which factors are estimated to be faster; 0 for none."));

  public static final Column<String> CELL_ID =
      add(Column.text("cell_id", "The cell that was measured, as in runs.csv."));

  public static final Column<Double> MEASURED_MS =
      add(Column.number("measured_ms", "ms", "Its latency_ms_p50."));

  public static final Column<Double> MEASURED_SPEEDUP =
      add(Column.number("measured_speedup", "", "Its speedup."));

  public static final Column<Double> ESTIMATED_OVER_MEASURED =
      add(Column.number("estimated_over_measured", "", "estimated_ms / measured_ms."));

  /** The table: every column in the order of the file. */
  public static final TableSchema TABLE = new TableSchema("estimates.csv", 1, COLUMNS);

  private EstimateColumns() {}

  private static <T> Column<T> add(Column<T> column) {
    COLUMNS.add(column);
    return column;
  }
}
