package io.github.lrfbench.harness.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.harness.result.Column;
import io.github.lrfbench.harness.result.ColumnType;
import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.result.RowLabel;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The rows as JSON for the page's script: each column once, with its unit and its sentence. A
 * column that repeats itself is {@code values}, its different values, and {@code at}, the place of
 * each row's among them, -1 where it has none; any other is {@code values} alone.
 */
final class PageData {
  /** Told by {@code label}, or of no use in a chart. */
  private static final Set<Column<?>> LEFT_OUT =
      Set.of(
          RunColumns.SCHEMA,
          RunColumns.RUN_ID,
          RunColumns.CELL_ID,
          RunColumns.STARTED_AT,
          RunColumns.METHOD_PARAMS,
          RunColumns.ERROR,
          RunColumns.EXTRA,
          RunColumns.LABEL,
          RunColumns.ALLOCATE);

  private static final Pattern ALLOCATE = Pattern.compile("(?:^|[;.])allocate=([^;]*)");
  private static final MathContext LAYER_DIGITS = new MathContext(5);
  private static final ObjectMapper JSON = new ObjectMapper();

  private PageData() {}

  /** A row and the file that it was read from. */
  record Sourced(String source, RunRow row) {}

  /**
   * The rows in their order, and the matrices of those that have some.
   *
   * @return JSON that may stand in a script element: neither {@code <} nor a line separator of
   *     Unicode is in it
   */
  static String json(List<Sourced> rows, Map<List<String>, List<LayerRow>> layers) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("count", rows.size());
    data.put("runs", runs(rows));
    data.put("layers", layers(rows, layers));
    try {
      return JSON.writeValueAsString(data)
          .replace("&", "\\u0026")
          .replace("<", "\\u003c")
          .replace(">", "\\u003e")
          .replace("\u2028", "\\u2028")
          .replace("\u2029", "\\u2029");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Object> runs(List<Sourced> rows) {
    List<Object> columns = new ArrayList<>();
    columns.add(column("source", "", "", rows, Sourced::source));
    columns.add(column("label", "", "", rows, sourced -> label(sourced.row())));
    columns.add(column("allocate", "", "", rows, sourced -> allocation(sourced.row())));
    for (Column<?> column : RunColumns.TABLE.columns()) {
      boolean used = rows.stream().anyMatch(sourced -> sourced.row().get(column) != null);
      boolean plain = column.type() != ColumnType.JSON && column.type() != ColumnType.TIME;
      if (used && plain && !LEFT_OUT.contains(column)) {
        columns.add(
            column(
                column.name(),
                column.unit(),
                column.description(),
                rows,
                sourced -> sourced.row().get(column)));
      }
    }
    return columns;
  }

  private static String label(RunRow row) {
    return row.failed() ? row.get(RunColumns.METHOD) : RowLabel.of(row);
  }

  /**
   * Rows of schemas below 4 have it among the parameters of the method, where it is not uniform.
   */
  private static String allocation(RunRow row) {
    String told = row.get(RunColumns.ALLOCATE);
    if (told != null || row.failed() || ReportPage.isDense(row)) {
      return told;
    }
    Matcher matcher =
        ALLOCATE.matcher(Objects.requireNonNullElse(row.get(RunColumns.METHOD_PARAMS), ""));
    return matcher.find() ? matcher.group(1) : "uniform";
  }

  private static List<Object> layers(List<Sourced> rows, Map<List<String>, List<LayerRow>> layers) {
    List<Integer> cells = new ArrayList<>();
    List<LayerRow> matrices = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      for (LayerRow matrix : layers.getOrDefault(ReportPage.cell(rows.get(i).row()), List.of())) {
        cells.add(i);
        matrices.add(matrix);
      }
    }
    return List.of(
        column("cell", "", "", cells, cell -> cell),
        column("layer", "", "", matrices, LayerRow::layer),
        column("rank", "", "", matrices, LayerRow::rank),
        column("relative_error", "", "", matrices, row -> rounded(row.relativeError())),
        column("optimal_error", "", "", matrices, row -> rounded(optimal(row))),
        column("output_error", "", "", matrices, row -> rounded(row.outputError())));
  }

  /** The smallest error at the matrix's rank, relative to its norm as the other errors are. */
  private static Double optimal(LayerRow row) {
    return row.optimalError() == null || row.frobeniusNorm() == null || row.frobeniusNorm() == 0
        ? null
        : Double.valueOf(row.optimalError() / row.frobeniusNorm());
  }

  private static Double rounded(Double value) {
    return value == null || !Double.isFinite(value)
        ? value
        : Double.valueOf(new BigDecimal(value).round(LAYER_DIGITS).doubleValue());
  }

  private static <T> Map<String, Object> column(
      String name, String unit, String description, List<T> rows, Function<T, ?> value) {
    List<Object> cells = rows.stream().map(value).collect(Collectors.toCollection(ArrayList::new));
    Map<String, Object> column = new LinkedHashMap<>();
    column.put("name", name);
    column.put("unit", unit);
    column.put("description", description);
    column.put(
        "number", cells.stream().filter(Objects::nonNull).allMatch(Number.class::isInstance));
    List<Object> distinct =
        new ArrayList<>(
            cells.stream()
                .filter(Objects::nonNull)
                .collect(Collectors.toCollection(LinkedHashSet::new)));
    if (2 * distinct.size() > cells.size()) {
      column.put("values", cells);
    } else {
      Map<Object, Integer> places =
          IntStream.range(0, distinct.size())
              .boxed()
              .collect(Collectors.toMap(distinct::get, Function.identity()));
      column.put("values", distinct);
      column.put("at", cells.stream().map(cell -> places.getOrDefault(cell, -1)).toList());
    }
    return column;
  }
}
