package io.github.lrfbench.harness.report.table;

import io.github.lrfbench.harness.report.TextTable;
import io.github.lrfbench.harness.report.TextTable.Align;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Aligned columns of at most 120 characters. Long texts go on in the next line; of a table with
 * more figures than fit, those that are left over stand below with the keys repeated.
 */
final class TextFormat {
  private static final int WIDTH = 120;
  private static final int GAP = 2;

  /** How wide columns of text become, tried in turn until all stand beside each other. */
  private static final int[] LONGEST = {44, 36, 28, 20};

  private TextFormat() {}

  static String print(Table table) {
    StringBuilder text = new StringBuilder();
    wrap(table.title(), WIDTH).forEach(line -> text.append(line).append('\n'));
    List<List<List<String>>> rows = rows(table, LONGEST[0]);
    for (int i = 1; i < LONGEST.length && bands(table, rows).size() > 1; i++) {
      rows = rows(table, LONGEST[i]);
    }
    if (bands(table, rows).size() > 1) {
      rows = rows(table, LONGEST[0]);
    }
    String gap = "";
    for (List<Integer> columns : bands(table, rows)) {
      text.append(gap).append(band(table, rows, columns));
      gap = "\n";
    }
    if (table.rows().stream().flatMap(List::stream).anyMatch(Cell::strong)) {
      text.append("*: the best of several, or as good.\n");
    }
    for (String note : table.notes()) {
      wrap(note, WIDTH).forEach(line -> text.append(line).append('\n'));
    }
    return text.toString();
  }

  private static List<List<List<String>>> rows(Table table, int longest) {
    return table.rowsForPeople().stream()
        .map(row -> row.stream().map(cell -> lines(cell, longest)).toList())
        .toList();
  }

  private static List<String> lines(Cell cell, int longest) {
    String mark = cell.strong() && !cell.shown().isEmpty() ? "*" : "";
    return wrap(cell.shown() + mark, longest);
  }

  /** Which columns stand beside each other: the keys, then as many others as there is room for. */
  private static List<List<Integer>> bands(Table table, List<List<List<String>>> rows) {
    List<Integer> keys = IntStream.range(0, table.keys()).boxed().toList();
    int keyWidth = keys.stream().mapToInt(k -> width(table, rows, k) + GAP).sum();
    List<List<Integer>> bands = new ArrayList<>();
    List<Integer> band = new ArrayList<>(keys);
    int used = keyWidth;
    for (int column = keys.size(); column < table.headings().size(); column++) {
      int width = width(table, rows, column) + GAP;
      if (used + width - GAP > WIDTH && band.size() > keys.size()) {
        bands.add(band);
        band = new ArrayList<>(keys);
        used = keyWidth;
      }
      band.add(column);
      used += width;
    }
    bands.add(band);
    return bands;
  }

  private static int width(Table table, List<List<List<String>>> rows, int column) {
    int width = length(table.headings().get(column).name());
    for (List<List<String>> row : rows) {
      width =
          Math.max(width, row.get(column).stream().mapToInt(TextFormat::length).max().orElse(0));
    }
    return width;
  }

  private static String band(Table table, List<List<List<String>>> rows, List<Integer> columns) {
    TextTable text = new TextTable(WIDTH);
    for (int column : columns) {
      Heading heading = table.headings().get(column);
      text.column(heading.name(), heading.isFigure() ? Align.RIGHT : Align.LEFT);
    }
    for (List<List<String>> row : rows) {
      int height = columns.stream().mapToInt(column -> row.get(column).size()).max().orElse(1);
      for (int i = 0; i < height; i++) {
        int line = i;
        text.row(
            columns.stream()
                .map(row::get)
                .map(lines -> line < lines.size() ? lines.get(line) : "")
                .toArray(String[]::new));
      }
    }
    return text.render();
  }

  /** The text in lines of at most a width, broken at blanks; longer words stay whole. */
  static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ")) {
      if (!line.isEmpty() && length(line.toString()) + 1 + length(word) > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
