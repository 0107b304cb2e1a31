package io.github.lrfbench.harness.report;

import io.github.lrfbench.harness.report.TextTable.Align;
import io.github.lrfbench.harness.result.ExitColumns;
import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.RowLabel;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.SizeColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.harness.text.OneLine;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The table at the end of a run: what each cell costs and saves. */
public final class RunTable {
  private static final int WIDTH = 120;

  private RunTable() {}

  /**
   * The rows as aligned lines of at most 120 characters, in their order, under a heading for each
   * model, device and latency shape. Cells that failed show their error, unless they were run
   * again.
   */
  public static String render(List<RunRow> rows) {
    Map<String, List<RunRow>> groups =
        LatestRows.of(rows).stream()
            .collect(
                Collectors.groupingBy(RunTable::heading, LinkedHashMap::new, Collectors.toList()));
    return groups.entrySet().stream()
        .map(group -> group.getKey() + "\n" + table(group.getValue()))
        .collect(Collectors.joining("\n"));
  }

  private static String timed(RunRow row) {
    if (ExitColumns.LATENCY_KIND.equals(row.get(TimeColumns.LATENCY_KIND))) {
      return "latency of the task's inputs, one at a time";
    }
    Long batch = row.get(TimeColumns.BATCH_SIZE);
    return batch == null ? null : "latency of " + batch + " x " + row.get(TimeColumns.SEQ_LEN);
  }

  private static String heading(RunRow row) {
    Long threads = row.get(MachineColumns.THREADS);
    String parts =
        Stream.of(
                row.get(RunColumns.MODEL),
                row.deviceKind(),
                row.get(MachineColumns.DEVICE_NAME),
                row.get(MachineColumns.DTYPE),
                threads == null ? null : threads + (threads == 1 ? " thread" : " threads"),
                timed(row))
            .filter(Objects::nonNull)
            .collect(Collectors.joining(", "));
    return OneLine.shorten(parts, WIDTH);
  }

  private static String table(List<RunRow> rows) {
    boolean manySeeds = rows.stream().map(row -> row.get(RunColumns.SEED)).distinct().count() > 1;
    TextTable table =
        new TextTable(WIDTH)
            .column("task", Align.LEFT)
            .column("method", Align.LEFT)
            .column("kept", Align.RIGHT)
            .column("metric", Align.LEFT)
            .column("drop", Align.RIGHT)
            .column("parameters", Align.RIGHT)
            .column("latency", Align.RIGHT)
            .column("speedup", Align.RIGHT);
    for (RunRow row : rows) {
      String task = Objects.requireNonNullElse(row.get(RunColumns.TASK), "");
      String method = method(row, manySeeds);
      if (row.failed()) {
        table.row(task, method).remark(row.failure());
      } else {
        table.row(
            task,
            method,
            Figures.fixed(row.get(SizeColumns.LINEAR_RATIO), 3),
            metric(row),
            Figures.fixed(row.get(ScoreColumns.METRIC_DROP), 4),
            Figures.count(row.get(SizeColumns.PARAMS)),
            Figures.milliseconds(row.get(TimeColumns.LATENCY_MS_P50)),
            Figures.factor(row.get(TimeColumns.SPEEDUP)));
      }
    }
    return table.render();
  }

  private static String method(RunRow row, boolean manySeeds) {
    String method = (RowLabel.of(row) + " " + Series.budget(row)).strip();
    return manySeeds ? method + " seed " + row.get(RunColumns.SEED) : method;
  }

  private static String metric(RunRow row) {
    Double metric = row.get(ScoreColumns.METRIC);
    if (metric == null) {
      return "";
    }
    Double error = row.get(ScoreColumns.METRIC_STDERR);
    return Objects.requireNonNullElse(row.get(ScoreColumns.METRIC_NAME), "metric")
        + " "
        + Figures.fixed(metric, 4)
        + (error == null ? "" : " ± " + Figures.fixed(error, 4));
  }
}
