package io.github.lrfbench.harness.glue;

import java.util.List;

/**
 * The columns of one official GLUE file.
 *
 * @param columns official column names, in order
 * @param header whether the first line holds them
 * @param first position of the (first) text
 * @param second position of the second text, or {@link #NONE}
 * @param label position of the label or score, or {@link #NONE}
 */
public record TsvLayout(List<String> columns, boolean header, int first, int second, int label) {
  /** The position of a column that the file does not have. */
  public static final int NONE = -1;

  /** Copies the column names. */
  public TsvLayout {
    columns = List.copyOf(columns);
  }

  /**
   * A file with a header.
   *
   * @param columns official column names, separated by commas
   * @param first name of the (first) text's column
   * @param second name of the second text's column, or null
   * @param label name of the label's column, or null
   */
  static TsvLayout withHeader(String columns, String first, String second, String label) {
    List<String> names = List.of(columns.split(","));
    return new TsvLayout(
        names, true, names.indexOf(first), position(names, second), position(names, label));
  }

  /** A sentence for messages: what columns a file should have. */
  String describe() {
    return columns.size()
        + " tab-separated columns "
        + (header ? "under a header" : "without a header")
        + ": "
        + String.join(", ", columns);
  }

  private static int position(List<String> names, String name) {
    return name == null ? NONE : names.indexOf(name);
  }
}
