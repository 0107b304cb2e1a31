package io.github.lrfbench.harness.report;

import static io.github.lrfbench.harness.report.Html.escape;

import io.github.lrfbench.harness.result.Column;
import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.RowLabel;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.SizeColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A page of results that needs nothing but itself: the table of all cells and how they were made,
 * and the rows as data from which its scripts draw charts. Without scripts the table is what there
 * is: within a model, a task and a budget the best come first, and last those that keep more of the
 * whole model than half of the others.
 */
public final class ReportPage {
  private static final List<String> SCRIPTS =
      List.of("stats.js", "controls.js", "charts.js", "page.js");

  /** By so much of the model a row may keep more. */
  private static final double SLACK = 0.01;

  private static final Comparator<PageData.Sourced> PLACES =
      Comparator.comparing(PageData.Sourced::row, by(RunColumns.MODEL))
          .thenComparing(PageData.Sourced::row, by(RunColumns.TASK))
          .thenComparing(sourced -> !isDense(sourced.row()))
          .thenComparing(PageData.Sourced::row, by(RunColumns.BUDGET_KIND))
          .thenComparing(PageData.Sourced::row, by(RunColumns.BUDGET).reversed());

  private final List<ReportInput> inputs;
  private final StringBuilder html = new StringBuilder();

  /** Of every cell, by its run's and its own id. */
  private final Map<List<String>, List<LayerRow>> layers;

  private ReportPage(List<ReportInput> inputs) {
    this.inputs = inputs;
    this.layers =
        inputs.stream()
            .flatMap(input -> input.layers().stream())
            .collect(Collectors.groupingBy(row -> List.of(row.runId(), row.cellId())));
  }

  private static <T extends Comparable<T>> Comparator<RunRow> by(Column<T> column) {
    return Comparator.comparing(
        row -> row.get(column), Comparator.nullsLast(Comparator.naturalOrder()));
  }

  /** The page of one or more files. */
  public static String render(List<ReportInput> inputs) {
    return new ReportPage(inputs).render();
  }

  private static List<PageData.Sourced> inOrder(List<PageData.Sourced> rows) {
    Map<List<Object>, List<Double>> sizes = new HashMap<>();
    for (PageData.Sourced sourced : rows) {
      Double left = sourced.row().get(SizeColumns.PARAMS_RATIO);
      if (left != null) {
        sizes.computeIfAbsent(place(sourced), place -> new ArrayList<>()).add(left);
      }
    }
    sizes.values().forEach(Collections::sort);
    Predicate<PageData.Sourced> keepsMore =
        sourced -> {
          Double left = sourced.row().get(SizeColumns.PARAMS_RATIO);
          List<Double> all = sizes.get(place(sourced));
          return left != null && left > all.get((all.size() - 1) / 2) + SLACK;
        };
    return rows.stream()
        .sorted(
            PLACES
                .thenComparing(keepsMore::test)
                .thenComparing(PageData.Sourced::row, by(ScoreColumns.METRIC_DROP)))
        .toList();
  }

  private static List<Object> place(PageData.Sourced sourced) {
    return Stream.<Column<?>>of(
            RunColumns.MODEL, RunColumns.TASK, RunColumns.BUDGET_KIND, RunColumns.BUDGET)
        .<Object>map(column -> Optional.ofNullable(sourced.row().get(column)))
        .toList();
  }

  private String render() {
    List<PageData.Sourced> rows =
        inOrder(
            inputs.stream()
                .flatMap(
                    input ->
                        LatestRows.of(input.runs()).stream()
                            .map(row -> new PageData.Sourced(input.source().toString(), row)))
                .toList());
    String sources =
        inputs.stream().map(input -> input.source().toString()).collect(Collectors.joining(", "));
    html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .append("<title>LRF-Bench: " + escape(sources) + "</title>\n<style>\n")
        .append(Html.resource("page.css"))
        .append("</style></head><body>\n<h1>LRF-Bench report</h1>\n<p class=\"soft\">")
        .append(escape(sources) + ", " + rows.size() + " cells</p>\n")
        .append(Html.resource("page.html"));
    html.append("<h2 id=\"cells\">All cells</h2>\n").append(table(rows));
    html.append("<h2 id=\"environment\">How it was made</h2>\n");
    inputs.forEach(this::environment);
    html.append("<script type=\"application/json\" id=\"data\">")
        .append(PageData.json(rows, layers))
        .append("</script>\n");
    html.append(Html.libraries());
    SCRIPTS.forEach(script -> html.append(Html.script(script)));
    return html.append("</body></html>\n").toString();
  }

  private static String table(List<PageData.Sourced> rows) {
    HtmlTable table =
        new HtmlTable("Press a heading to sort.")
            .text("model")
            .text("task")
            .text("method")
            .text("budget")
            .number("kept")
            .number("of all")
            .number("bits")
            .text("metric")
            .number("value")
            .number("stderr")
            .number("drop")
            .number("seed")
            .number("parameters")
            .text("shape")
            .number("latency ms")
            .number("speedup")
            .number("error")
            .number("peak memory")
            .text("device")
            .text("parameters of the method");
    for (PageData.Sourced sourced : rows) {
      RunRow row = sourced.row();
      table
          .row()
          .cell(row.get(RunColumns.MODEL))
          .cell(row.get(RunColumns.TASK))
          .cell(row.failed() ? row.get(RunColumns.METHOD) : RowLabel.of(row))
          .cell(Series.budget(row));
      if (row.failed()) {
        table.rest(row.failure());
        continue;
      }
      number(table, row.get(SizeColumns.LINEAR_RATIO), 3);
      number(table, row.get(SizeColumns.PARAMS_RATIO), 3);
      number(table, row.get(SizeColumns.BITS_PER_WEIGHT), 2);
      table.cell(row.get(ScoreColumns.METRIC_NAME));
      number(table, row.get(ScoreColumns.METRIC), 4);
      number(table, row.get(ScoreColumns.METRIC_STDERR), 4);
      number(table, row.get(ScoreColumns.METRIC_DROP), 4);
      Long seed = row.get(RunColumns.SEED);
      table.cell(seed, String.valueOf(seed));
      Long parameters = row.get(SizeColumns.PARAMS);
      table.cell(parameters, Figures.count(parameters));
      table.cell(shape(row));
      number(table, row.get(TimeColumns.LATENCY_MS_P50), 2);
      number(table, row.get(TimeColumns.SPEEDUP), 2);
      number(table, row.get(SizeColumns.RELATIVE_ERROR), 3);
      Long memory = row.get(TimeColumns.PEAK_MEMORY_BYTES);
      table.cell(memory, Figures.count(memory) + "B");
      table.cell(
          Stream.of(MachineColumns.DEVICE, MachineColumns.DEVICE_NAME, MachineColumns.DTYPE)
              .map(row::get)
              .filter(Objects::nonNull)
              .collect(Collectors.joining(" ")));
      table.cell(row.get(RunColumns.METHOD_PARAMS));
    }
    return table.render();
  }

  private static String shape(RunRow row) {
    Long batch = row.get(TimeColumns.BATCH_SIZE);
    return batch == null ? "" : batch + " x " + row.get(TimeColumns.SEQ_LEN);
  }

  private static void number(HtmlTable table, Double value, int decimals) {
    table.cell(value, Figures.fixed(value, decimals));
  }

  private void environment(ReportInput input) {
    Map<String, Object> record =
        input.record().isPresent() ? flatten(input.record().get()) : ofRows(input.runs());
    html.append("<details><summary>" + escape(input.source().toString()) + "</summary>\n")
        .append("<div class=\"scroll\"><table><tbody>\n");
    record.forEach(
        (name, value) ->
            html.append("<tr><th scope=\"row\">" + escape(name) + "</th><td class=\"wrap\">")
                .append(escape(String.valueOf(value)) + "</td></tr>\n"));
    html.append("</tbody></table></div></details>\n");
  }

  /** Objects within the record become names with dots. */
  private static Map<String, Object> flatten(Map<String, Object> record) {
    Map<String, Object> flat = new LinkedHashMap<>();
    record.forEach((name, value) -> flatten(flat, name, value));
    return flat;
  }

  private static void flatten(Map<String, Object> flat, String name, Object value) {
    if (value instanceof Map<?, ?> object) {
      object.forEach((key, inner) -> flatten(flat, name + "." + key, inner));
    } else {
      flat.put(name, value);
    }
  }

  /** Where there is no record, what the rows tell of themselves. */
  private static Map<String, Object> ofRows(List<RunRow> rows) {
    Map<String, Object> record = new LinkedHashMap<>();
    for (var column :
        List.of(
            RunColumns.RUN_ID,
            MachineColumns.DEVICE,
            MachineColumns.DEVICE_NAME,
            MachineColumns.DTYPE,
            MachineColumns.HOST,
            MachineColumns.VERSION,
            MachineColumns.GIT_COMMIT,
            MachineColumns.JAVA_VERSION,
            MachineColumns.CUDA_VERSION,
            MachineColumns.DRIVER_VERSION)) {
      String values =
          rows.stream()
              .map(row -> row.get(column))
              .filter(Objects::nonNull)
              .distinct()
              .collect(Collectors.joining(", "));
      if (!values.isEmpty()) {
        record.put(column.name(), values);
      }
    }
    return record;
  }

  /** Whether it is our dense model's, which others are compared with. */
  static boolean isDense(RunRow row) {
    return !row.isBeside() && "dense".equals(row.get(RunColumns.METHOD));
  }

  /** What the rows of a cell's matrices have in common with its own. */
  static List<String> cell(RunRow row) {
    return List.of(row.get(RunColumns.RUN_ID), row.get(RunColumns.CELL_ID));
  }
}
