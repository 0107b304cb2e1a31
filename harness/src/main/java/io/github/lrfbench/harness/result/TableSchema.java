package io.github.lrfbench.harness.result;

import java.util.List;

/**
 * The columns of one results file.
 *
 * @param file the file's usual name
 * @param version the number in the file's {@code schema} column; grows when columns are added
 * @param columns in the order of the file
 */
public record TableSchema(String file, long version, List<Column<?>> columns) {
  /** Copies the list. */
  public TableSchema {
    columns = List.copyOf(columns);
  }

  /** The names of the columns. */
  public List<String> header() {
    return columns.stream().<String>map(Column::name).toList();
  }
}
