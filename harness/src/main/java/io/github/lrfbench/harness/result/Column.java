package io.github.lrfbench.harness.result;

import java.time.Instant;
import java.util.Map;

/**
 * One column of a results file.
 *
 * @param <T> the Java type of its values
 * @param name the header
 * @param type what the cells hold and how they are written
 * @param unit the unit of the values, empty where there is none
 * @param description one sentence for the reader of the file
 */
public record Column<T>(String name, ColumnType<T> type, String unit, String description) {
  /** The first column of every table. */
  static final Column<Long> SCHEMA =
      integer("schema", "", "Version of this table's columns; it grows when columns are added.");

  static Column<String> text(String name, String description) {
    return new Column<>(name, ColumnType.TEXT, "", description);
  }

  static Column<Long> integer(String name, String unit, String description) {
    return new Column<>(name, ColumnType.INTEGER, unit, description);
  }

  static Column<Double> number(String name, String unit, String description) {
    return new Column<>(name, ColumnType.NUMBER, unit, description);
  }

  static Column<Instant> time(String name, String description) {
    return new Column<>(name, ColumnType.TIME, "", description);
  }

  static Column<Map<String, Object>> json(String name, String description) {
    return new Column<>(name, ColumnType.JSON, "", description);
  }
}
