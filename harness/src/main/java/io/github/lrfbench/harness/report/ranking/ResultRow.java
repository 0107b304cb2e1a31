package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RowLabel;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A row with the text of each of its columns, by which it is chosen and grouped. What later schemas
 * have as columns is filled in for earlier rows; single values of {@code extra} are columns, too,
 * of names such as {@code extra.max_length}.
 */
public final class ResultRow {
  /** What {@code method_params} of earlier rows has where it is not at its standard. */
  private static final Map<String, String> STANDARDS =
      Map.of("allocate", "uniform", "round_to", "1", "finetune_epochs", "0");

  private static final List<String> NAMES = RunColumns.TABLE.header();

  private final RunRow row;
  private final Path folder;
  private final Map<String, String> texts = new HashMap<>();

  /**
   * A row.
   *
   * @param folder that its file lies in, and its predictions
   */
  public ResultRow(RunRow row, Path folder) {
    this.row = row;
    this.folder = folder;
    List<String> printed = ResultsCsv.RUNS.print(row);
    for (int i = 0; i < NAMES.size(); i++) {
      texts.put(NAMES.get(i), printed.get(i));
    }
    Map<String, Object> extra = Objects.requireNonNullElse(row.get(RunColumns.EXTRA), Map.of());
    extra.forEach((name, value) -> texts.put("extra." + name, String.valueOf(value)));
    texts.put("label", RowLabel.of(row));
    if (text("runtime").isEmpty()) {
      texts.put("runtime", RunRow.LRFBENCH);
    }
    if (!isDense()) {
      STANDARDS.keySet().forEach(this::fillIn);
      fillIn("finetune_lr");
      fillIn("distill");
    }
  }

  private void fillIn(String name) {
    if (text(name).isEmpty()) {
      texts.put(name, parameter(name, STANDARDS.getOrDefault(name, "")));
    }
  }

  /** A parameter of the method, or of a stage of a chain. */
  private String parameter(String name, String standard) {
    for (String assignment : text("method_params").split(";")) {
      int equals = assignment.indexOf('=');
      String parameter = assignment.substring(0, Math.max(0, equals));
      if (parameter.equals(name) || parameter.endsWith("." + name)) {
        return assignment.substring(equals + 1);
      }
    }
    return standard;
  }

  /** The row itself. */
  public RunRow row() {
    return row;
  }

  Path folder() {
    return folder;
  }

  boolean isDense() {
    return !row.isBeside() && text("method").equals("dense");
  }

  /** What stands in a column; empty where nothing does. */
  String text(String column) {
    return texts.getOrDefault(column, "");
  }

  /** The number in a column, or null where there is none. */
  Double number(String column) {
    String text = text(column);
    try {
      return text.isEmpty() ? null : Double.valueOf(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  List<String> texts(List<String> columns) {
    return columns.stream().map(this::text).toList();
  }

  String cellId() {
    return text("cell_id");
  }

  /** 0 where a row has no seed. */
  long seed() {
    Long seed = row.get(RunColumns.SEED);
    return seed == null ? 0 : seed;
  }
}
