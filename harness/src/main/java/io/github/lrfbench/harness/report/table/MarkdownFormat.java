package io.github.lrfbench.harness.report.table;

import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** GitHub's Markdown: title, table, notes. */
final class MarkdownFormat {
  private static final Pattern SPECIAL = Pattern.compile("[\\\\`*_\\[\\]<>|~#&]");

  private MarkdownFormat() {}

  static String print(Table table) {
    StringBuilder text = new StringBuilder(escape(table.title())).append("\n\n");
    List<Heading> headings = table.headings();
    text.append(line(headings, heading -> escape(heading.name())));
    text.append(line(headings, heading -> heading.isFigure() ? "---:" : "---"));
    table.rowsForPeople().forEach(row -> text.append(line(row, MarkdownFormat::cell)));
    if (!table.notes().isEmpty()) {
      text.append('\n');
      table.notes().forEach(note -> text.append("- ").append(escape(note)).append('\n'));
    }
    return text.toString();
  }

  private static String cell(Cell cell) {
    String text = escape(cell.shown());
    return cell.strong() && !text.isEmpty() ? "**" + text + "**" : text;
  }

  private static <T> String line(List<T> cells, Function<T, String> print) {
    return cells.stream().map(print).collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  /** The text as it is, whatever Markdown or HTML would make of it. */
  static String escape(String text) {
    return SPECIAL.matcher(text).replaceAll("\\\\$0");
  }
}
