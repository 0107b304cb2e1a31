package io.github.lrfbench.harness.result;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The values of one row by column; a column without a value is an empty cell. */
final class Cells {
  private final Map<Column<?>, Object> values;

  private Cells(Map<Column<?>, Object> values) {
    this.values = values;
  }

  static Cells empty() {
    return new Cells(new HashMap<>());
  }

  Cells copy() {
    return new Cells(new HashMap<>(values));
  }

  /** Sets a value; null and empty text clear it. */
  <T> Cells set(Column<T> column, T value) {
    T normal = value == null ? null : column.type().normalize(value);
    if (normal == null || normal.equals("")) {
      values.remove(column);
    } else {
      values.put(column, normal);
    }
    return this;
  }

  /** The value, or null. */
  <T> T get(Column<T> column) {
    // Sound: set puts nothing but a T under a Column<T>.
    @SuppressWarnings("unchecked")
    T value = (T) values.get(column);
    return value;
  }

  /**
   * The value of a column that every row has.
   *
   * @throws IllegalArgumentException if there is none
   */
  <T> T require(Column<T> column) {
    T value = get(column);
    if (value == null) {
      throw new IllegalArgumentException(column.name() + " is empty");
    }
    return value;
  }

  /** The cells as text in the order of the schema. */
  List<String> print(TableSchema schema) {
    List<String> texts = new ArrayList<>(schema.columns().size());
    for (Column<?> column : schema.columns()) {
      texts.add(print(column));
    }
    return texts;
  }

  /** Reads a cell; an empty one clears the value. */
  <T> void parse(Column<T> column, String text) {
    set(column, text.isEmpty() ? null : column.type().parse(text));
  }

  private <T> String print(Column<T> column) {
    T value = get(column);
    return value == null ? "" : column.type().print(value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cells cells && values.equals(cells.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    Map<String, Object> byName = new HashMap<>();
    values.forEach((column, value) -> byName.put(column.name(), value));
    return byName.toString();
  }
}
