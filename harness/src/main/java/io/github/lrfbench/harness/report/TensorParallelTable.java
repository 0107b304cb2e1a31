package io.github.lrfbench.harness.report;

import io.github.lrfbench.harness.report.TextTable.Align;
import io.github.lrfbench.harness.result.Column;
import io.github.lrfbench.harness.result.TensorParallelColumns;
import io.github.lrfbench.harness.result.TensorParallelRow;
import java.util.List;
import java.util.Locale;

/** What {@code tensor-parallel} found, for people. */
public final class TensorParallelTable {
  private static final int WIDTH = 160;
  private static final double MILLION = 1e6;

  private TensorParallelTable() {}

  /** The rows in their order. */
  public static String render(List<TensorParallelRow> rows) {
    TextTable table = new TextTable(WIDTH).column("method", Align.LEFT);
    List.of("budget", "t").forEach(name -> table.column(name, Align.RIGHT));
    table.column("split", Align.LEFT);
    List.of(
            "tokens",
            "GB/s",
            "whole ms",
            "shard ms",
            "link ms*",
            "speedup*",
            "shard MB",
            "shard Mflop/token",
            "sent bytes/token",
            "logits differ")
        .forEach(name -> table.column(name, Align.RIGHT));
    for (TensorParallelRow row : rows) {
      String method = row.get(TensorParallelColumns.METHOD);
      table.row(
          method == null ? "as it is" : method,
          number(row, TensorParallelColumns.BUDGET, 1, "%.4g"),
          row.get(TensorParallelColumns.SHARDS).toString(),
          row.get(TensorParallelColumns.SPLIT) == null ? "" : row.get(TensorParallelColumns.SPLIT),
          row.get(TensorParallelColumns.TOKENS).toString(),
          number(row, TensorParallelColumns.LINK_GB_PER_S, 1, "%.4g"),
          number(row, TensorParallelColumns.WHOLE_MS, 1, "%.3f"),
          number(row, TensorParallelColumns.SHARD_MS_MAX, 1, "%.3f"),
          number(row, TensorParallelColumns.MODELLED_LINK_MS, 1, "%.3f"),
          number(row, TensorParallelColumns.MODELLED_SPEEDUP, 1, "%.2f"),
          number(row, TensorParallelColumns.SHARD_BYTES, MILLION, "%.2f"),
          number(row, TensorParallelColumns.SHARD_FLOPS_PER_TOKEN, MILLION, "%.2f"),
          number(row, TensorParallelColumns.SENT_BYTES_PER_TOKEN, 1, "%.0f"),
          number(row, TensorParallelColumns.LOGIT_DIFFERENCE, 1, "%.1e"));
    }
    return table.render() + "* modelled of the link's speed, not measured\n";
  }

  private static String number(
      TensorParallelRow row, Column<? extends Number> column, double unit, String format) {
    Number value = row.get(column);
    return value == null ? "" : String.format(Locale.ROOT, format, value.doubleValue() / unit);
  }
}
