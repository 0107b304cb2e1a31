package io.github.lrfbench.harness.report;

import io.github.lrfbench.harness.result.Column;
import io.github.lrfbench.harness.result.EstimateColumns;
import io.github.lrfbench.harness.result.EstimateRow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What {@code estimate} predicts, for people: models, up to which rank two factors are faster, and
 * how far estimates are from what was measured.
 */
public final class EstimateTables {
  private static final int PERCENT = 100;

  private EstimateTables() {}

  /**
   * The rows of one model and device as tables.
   *
   * @param leftOut why measured rows were not compared, and how many
   */
  public static String render(List<EstimateRow> rows, Map<String, Integer> leftOut) {
    StringBuilder text = new StringBuilder(heading(rows.get(0)));
    text.append('\n').append(models(of(rows, EstimateRow.MODEL)).text());
    text.append('\n').append(breakEvens(of(rows, EstimateRow.BREAK_EVEN)).text());
    List<EstimateRow> measured = of(rows, EstimateRow.MEASURED);
    if (!measured.isEmpty()) {
      text.append('\n').append(comparison(measured).text()).append(errors(measured));
    }
    if (measured.isEmpty() && !leftOut.isEmpty()) {
      text.append("\nno measured row is of this model, device and calls\n");
    }
    leftOut.forEach(
        (reason, count) ->
            text.append(count).append(" measured rows are left out: ").append(reason).append('\n'));
    return text.toString();
  }

  private static List<EstimateRow> of(List<EstimateRow> rows, String estimate) {
    return rows.stream().filter(row -> estimate.equals(row.get(EstimateColumns.ESTIMATE))).toList();
  }

  private static String heading(EstimateRow row) {
    return String.format(
        Locale.ROOT,
        "%s on %s, %s: estimates by a roofline, not measurements\n"
            + "%s figures: %s GFLOP/s (%s of what is no product), %s GB/s, %s us for a launch\n",
        row.get(EstimateColumns.MODEL),
        row.get(EstimateColumns.FIGURES),
        row.get(EstimateColumns.DTYPE),
        row.get(EstimateColumns.FIGURES_SOURCE),
        digits(row.get(EstimateColumns.PEAK_GFLOPS)),
        digits(row.get(EstimateColumns.OTHER_GFLOPS)),
        digits(row.get(EstimateColumns.BANDWIDTH_GBS)),
        digits(row.get(EstimateColumns.LAUNCH_US)));
  }

  private static String digits(double value) {
    return value >= PERCENT
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%.3g", value);
  }

  private static KernelTable models(List<EstimateRow> rows) {
    KernelTable table =
        new KernelTable(
            "estimated of calls of "
                + rows.get(0).get(EstimateColumns.SEQ_LEN)
                + " tokens, "
                + rows.get(0).get(EstimateColumns.LATENCY_KIND)
                + ": time, speedup, and what of the time is waiting for memory, and launches",
            List.of(
                "method",
                "batch",
                "parameters",
                "bytes",
                "operations",
                "time",
                "speedup",
                "memory",
                "launches"));
    for (EstimateRow row : rows) {
      long batch = row.get(EstimateColumns.BATCH_SIZE);
      table.add(
          List.of(
              method(row),
              Long.toString(batch),
              Figures.count(row.get(EstimateColumns.PARAMS)),
              Figures.count(row.get(EstimateColumns.BYTES)),
              Figures.count(batch * row.get(EstimateColumns.FLOPS_TIMED)),
              Figures.milliseconds(row.get(EstimateColumns.ESTIMATED_MS)),
              Figures.factor(row.get(EstimateColumns.ESTIMATED_SPEEDUP)),
              percent(row.get(EstimateColumns.MEMORY_SHARE)),
              percent(row.get(EstimateColumns.LAUNCH_SHARE))));
    }
    return table;
  }

  private static String percent(double share) {
    return Figures.fixed(PERCENT * share, 0) + " %";
  }

  private static String method(EstimateRow row) {
    String kind = row.get(EstimateColumns.BUDGET_KIND);
    return row.get(EstimateColumns.METHOD)
        + (kind == null ? "" : " " + kind + " " + Figures.plain(row.get(EstimateColumns.BUDGET)));
  }

  /** A line for each shape, a column for each batch size. */
  private static KernelTable breakEvens(List<EstimateRow> rows) {
    List<Long> batches = values(rows, EstimateColumns.BATCH_SIZE);
    List<String> columns = new ArrayList<>(List.of("matrix", "parameters equal"));
    batches.forEach(batch -> columns.add("batch " + batch));
    KernelTable table =
        new KernelTable(
            "largest rank at which two factors are estimated to be faster, beside the rank at which"
                + " parameters are equal",
            columns);
    Map<String, List<EstimateRow>> byShape =
        rows.stream()
            .collect(
                Collectors.groupingBy(
                    EstimateTables::shape, LinkedHashMap::new, Collectors.toList()));
    byShape.forEach(
        (shape, own) -> {
          List<String> line = new ArrayList<>(List.of(shape));
          line.add(Figures.fixed(own.get(0).get(EstimateColumns.BREAK_EVEN_RANK), 1));
          for (EstimateRow row : own) {
            long rank = row.get(EstimateColumns.ESTIMATED_BREAK_EVEN_RANK);
            line.add(rank == 0 ? "none" : Long.toString(rank));
          }
          table.add(line);
        });
    return table;
  }

  private static String shape(EstimateRow row) {
    Long rows = row.get(EstimateColumns.ROWS);
    return rows == null ? "the model" : rows + "x" + row.get(EstimateColumns.COLS);
  }

  private static <T> List<T> values(List<EstimateRow> rows, Column<T> column) {
    return rows.stream().map(row -> row.get(column)).distinct().toList();
  }

  /** Cells of one method and budget in calls of one size are a line. */
  private static KernelTable comparison(List<EstimateRow> rows) {
    KernelTable table =
        new KernelTable(
            "estimated beside measured, medians over cells",
            List.of(
                "method",
                "batch",
                "tokens",
                "cells",
                "measured",
                "estimated",
                "ratio",
                "measured speedup",
                "estimated speedup"));
    Map<List<Object>, List<EstimateRow>> groups =
        rows.stream()
            .collect(
                Collectors.groupingBy(
                    row ->
                        List.of(
                            method(row),
                            row.get(EstimateColumns.BATCH_SIZE),
                            row.get(EstimateColumns.SEQ_LEN)),
                    LinkedHashMap::new,
                    Collectors.toList()));
    groups.forEach(
        (key, own) ->
            table.add(
                List.of(
                    key.get(0).toString(),
                    key.get(1).toString(),
                    key.get(2).toString(),
                    Integer.toString(own.size()),
                    Figures.milliseconds(median(own, EstimateColumns.MEASURED_MS)),
                    Figures.milliseconds(median(own, EstimateColumns.ESTIMATED_MS)),
                    Figures.fixed(median(own, EstimateColumns.ESTIMATED_OVER_MEASURED), 2),
                    Figures.factor(median(own, EstimateColumns.MEASURED_SPEEDUP)),
                    Figures.factor(median(own, EstimateColumns.ESTIMATED_SPEEDUP)))));
    return table;
  }

  private static Double median(List<EstimateRow> rows, Column<Double> column) {
    return median(rows.stream().map(row -> row.get(column)).filter(Objects::nonNull).toList());
  }

  private static Double median(Collection<Double> values) {
    if (values.isEmpty()) {
      return null;
    }
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static String errors(List<EstimateRow> rows) {
    List<Double> ofTimes =
        rows.stream()
            .map(row -> Math.abs(row.get(EstimateColumns.ESTIMATED_OVER_MEASURED) - 1))
            .toList();
    List<Double> ofSpeedups =
        rows.stream()
            .filter(row -> row.get(EstimateColumns.BUDGET_KIND) != null)
            .filter(row -> row.get(EstimateColumns.MEASURED_SPEEDUP) != null)
            .map(
                row ->
                    Math.abs(
                        row.get(EstimateColumns.ESTIMATED_SPEEDUP)
                                / row.get(EstimateColumns.MEASURED_SPEEDUP)
                            - 1))
            .toList();
    return "median absolute error over "
        + rows.size()
        + " measured times: "
        + percent(median(ofTimes))
        + (ofSpeedups.isEmpty()
            ? ""
            : "; over " + ofSpeedups.size() + " measured speedups: " + percent(median(ofSpeedups)))
        + "\n";
  }
}
