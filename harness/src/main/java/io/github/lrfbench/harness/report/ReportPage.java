package io.github.lrfbench.harness.report;

import static io.github.lrfbench.harness.report.Html.escape;

import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.SizeColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A page of results that needs nothing but itself: tables, plots, heat maps, how they were made.
 */
public final class ReportPage {
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

  /** The page of one or more files. */
  public static String render(List<ReportInput> inputs) {
    return new ReportPage(inputs).render();
  }

  private String render() {
    List<RunRow> rows =
        inputs.stream().flatMap(input -> LatestRows.of(input.runs()).stream()).toList();
    String sources =
        inputs.stream().map(input -> input.source().toString()).collect(Collectors.joining(", "));
    html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .append("<title>LRF-Bench: " + escape(sources) + "</title>\n<style>\n")
        .append(Html.resource("page.css"))
        .append("</style></head><body>\n<h1>LRF-Bench report</h1>\n<p class=\"soft\">")
        .append(escape(sources) + ", " + rows.size() + " cells</p>\n")
        .append(
            "<p>Bars are one standard error. Where two dashed lines cross is the dense model. Kept is the fraction"
                + " of the parameters of the compressed matrices; a speedup below 1 is slower than"
                + " the dense model in the same process.</p>\n");
    groups(rows).forEach(this::group);
    html.append("<h2 id=\"cells\">All cells</h2>\n").append(table(rows));
    html.append("<h2 id=\"environment\">How it was made</h2>\n");
    inputs.forEach(this::environment);
    html.append("<script>\n").append(Html.resource("page.js")).append("</script>\n");
    return html.append("</body></html>\n").toString();
  }

  /** The rows of a model on a task, in order of appearance. */
  private static Map<String, List<RunRow>> groups(List<RunRow> rows) {
    return rows.stream()
        .collect(
            Collectors.groupingBy(
                row -> text(row.get(RunColumns.MODEL)) + " on " + text(row.get(RunColumns.TASK)),
                LinkedHashMap::new,
                Collectors.toList()));
  }

  private void group(String name, List<RunRow> rows) {
    html.append("<section><h2>" + escape(name) + "</h2>\n");
    RunRow dense = rows.stream().filter(ReportPage::isDense).findFirst().orElse(null);
    List<Series> series =
        Series.of(rows.stream().filter(row -> !isDense(row) && !row.failed()).toList());
    String metric =
        rows.stream()
            .map(row -> row.get(ScoreColumns.METRIC_NAME))
            .filter(Objects::nonNull)
            .findFirst()
            .orElse("metric");
    legend(series);
    html.append("<div class=\"plots\">\n");
    figure(
        metric + " against kept parameters",
        new ScatterPlot(
                name + ": " + metric + " against kept parameters",
                "kept",
                metric,
                SizeColumns.LINEAR_RATIO)
            .render(series, dense));
    figure(
        metric + " against latency",
        new ScatterPlot(
                name + ": " + metric + " against latency",
                "median latency in ms",
                metric,
                TimeColumns.LATENCY_MS_P50)
            .render(series, dense));
    html.append("</div>\n");
    heatMap(name, series);
    html.append("</section>\n");
  }

  private void legend(List<Series> series) {
    html.append("<ul class=\"legend\">");
    for (int i = 0; i < series.size(); i++) {
      html.append("<li>" + ScatterPlot.sample(i) + " ")
          .append(escape(series.get(i).label()) + "</li>");
    }
    html.append("</ul>\n");
  }

  private void figure(String caption, String svg) {
    if (!svg.isEmpty()) {
      html.append("<figure><figcaption>" + escape(caption) + "</figcaption>" + svg + "</figure>\n");
    }
  }

  private void heatMap(String name, List<Series> series) {
    HeatMap map = new HeatMap();
    for (Series one : series) {
      for (RunRow row : one.rows()) {
        List<String> key = List.of(row.get(RunColumns.RUN_ID), row.get(RunColumns.CELL_ID));
        if (layers.containsKey(key)) {
          // A long label loses its end, which must not be the budget.
          map.add((Series.budget(row) + " " + one.label()).strip(), layers.get(key));
        }
      }
    }
    if (!map.isEmpty()) {
      html.append(
              "<details open><summary>Relative error of each matrix</summary><div class=\"scroll\">")
          .append(map.render(name + ": relative error of each matrix"))
          .append("</div></details>\n");
    }
  }

  private static String table(List<RunRow> rows) {
    HtmlTable table =
        new HtmlTable("Press a heading to sort.")
            .text("model")
            .text("task")
            .text("method")
            .text("budget")
            .number("kept")
            .number("bits")
            .text("metric")
            .number("value")
            .number("stderr")
            .number("drop")
            .number("parameters")
            .number("latency ms")
            .number("speedup")
            .number("error")
            .number("peak memory")
            .text("parameters of the method");
    for (RunRow row : rows) {
      table
          .row()
          .cell(row.get(RunColumns.MODEL))
          .cell(row.get(RunColumns.TASK))
          .cell(row.get(RunColumns.METHOD))
          .cell(Series.budget(row));
      if (row.failed()) {
        table.rest(row.failure());
        continue;
      }
      number(table, row.get(SizeColumns.LINEAR_RATIO), 3);
      number(table, row.get(SizeColumns.BITS_PER_WEIGHT), 2);
      table.cell(row.get(ScoreColumns.METRIC_NAME));
      number(table, row.get(ScoreColumns.METRIC), 4);
      number(table, row.get(ScoreColumns.METRIC_STDERR), 4);
      number(table, row.get(ScoreColumns.METRIC_DROP), 4);
      Long parameters = row.get(SizeColumns.PARAMS);
      table.cell(parameters, Figures.count(parameters));
      number(table, row.get(TimeColumns.LATENCY_MS_P50), 2);
      number(table, row.get(TimeColumns.SPEEDUP), 2);
      number(table, row.get(SizeColumns.RELATIVE_ERROR), 3);
      Long memory = row.get(TimeColumns.PEAK_MEMORY_BYTES);
      table.cell(memory, Figures.count(memory) + "B");
      table.cell(row.get(RunColumns.METHOD_PARAMS));
    }
    return table.render();
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

  private static boolean isDense(RunRow row) {
    return "dense".equals(row.get(RunColumns.METHOD));
  }

  private static String text(String value) {
    return value == null ? "?" : value;
  }
}
