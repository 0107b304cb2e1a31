package io.github.lrfbench.harness.report;

import io.github.lrfbench.harness.text.OneLine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Lines of aligned columns under a header, never wider than asked for. */
public final class TextTable {
  /** On which side a column's cells are flush. */
  public enum Align {
    LEFT,
    RIGHT
  }

  private record Column(String name, Align align) {}

  private record Row(List<String> cells, String remark) {}

  private static final String GAP = "  ";
  private static final int NARROWEST = 8;

  private final int maxWidth;
  private final List<Column> columns = new ArrayList<>();
  private final List<Row> rows = new ArrayList<>();

  /** A table without columns, of at most so many characters a line if it can be. */
  public TextTable(int maxWidth) {
    this.maxWidth = maxWidth;
  }

  /** Adds a column. */
  public TextTable column(String name, Align align) {
    columns.add(new Column(name, align));
    return this;
  }

  /** Adds a row; cells that are not given are empty. */
  public TextTable row(String... cells) {
    rows.add(new Row(Arrays.stream(cells).map(OneLine::of).toList(), ""));
    return this;
  }

  /** Puts text behind the cells of the last row, across the columns that it left empty. */
  TextTable remark(String text) {
    Row last = rows.remove(rows.size() - 1);
    rows.add(new Row(last.cells(), OneLine.of(text)));
    return this;
  }

  /** The table; every line ends in a line feed and holds no trailing blanks. */
  public String render() {
    int[] widths = widths();
    StringBuilder text = new StringBuilder();
    append(text, widths, new Row(columns.stream().map(Column::name).toList(), ""));
    List<String> rules = new ArrayList<>();
    for (int width : widths) {
      rules.add("-".repeat(width));
    }
    append(text, widths, new Row(rules, ""));
    for (Row row : rows) {
      append(text, widths, row);
    }
    return text.toString();
  }

  /** A sentence cut to a width, with an ellipsis where something is missing. */
  private static String shortenEnd(String text, int width) {
    if (width(text) <= width) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, width - 1)) + "…";
  }

  private int[] widths() {
    int[] widths = new int[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = width(columns.get(i).name());
      for (Row row : rows) {
        if (i < row.cells().size()) {
          widths[i] = Math.max(widths[i], width(row.cells().get(i)));
        }
      }
    }
    for (int excess = total(widths) - maxWidth; excess > 0; excess = total(widths) - maxWidth) {
      int widest = widest(widths);
      if (widths[widest] <= NARROWEST) {
        break;
      }
      widths[widest]--;
    }
    return widths;
  }

  /** The widest column of text; figures, which are on the right, must not be cut. */
  private int widest(int[] widths) {
    int widest = 0;
    for (int i = 0; i < widths.length; i++) {
      if (columns.get(i).align() == Align.LEFT && widths[i] > widths[widest]) {
        widest = i;
      }
    }
    return widest;
  }

  private static int total(int[] widths) {
    int total = (widths.length - 1) * GAP.length();
    for (int width : widths) {
      total += width;
    }
    return total;
  }

  private void append(StringBuilder text, int[] widths, Row row) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.cells().size(); i++) {
      String cell = OneLine.shorten(row.cells().get(i), widths[i]);
      String padding = " ".repeat(widths[i] - width(cell));
      boolean left = columns.get(i).align() == Align.LEFT;
      line.append(i == 0 ? "" : GAP).append(left ? cell + padding : padding + cell);
    }
    if (!row.remark().isEmpty()) {
      line.append(GAP).append(shortenEnd(row.remark(), maxWidth - width(line.toString()) - 2));
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }
}
