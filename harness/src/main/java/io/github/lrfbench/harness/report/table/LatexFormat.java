package io.github.lrfbench.harness.report.table;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A LaTeX {@code table} with the rules of booktabs, notes below it. */
final class LatexFormat {
  private LatexFormat() {}

  static String print(Table table) {
    String columns =
        table.headings().stream()
            .map(heading -> heading.isFigure() ? "r" : "l")
            .collect(Collectors.joining());
    StringBuilder text = new StringBuilder("% \\usepackage{booktabs}\n\\begin{table}\n");
    text.append("\\centering\n\\caption{").append(escape(table.title())).append("}\n");
    text.append("\\begin{tabular}{").append(columns).append("}\n\\toprule\n");
    text.append(line(table.headings(), heading -> escape(heading.name()))).append("\\midrule\n");
    table.rowsForPeople().forEach(row -> text.append(line(row, LatexFormat::cell)));
    text.append("\\bottomrule\n\\end{tabular}\n");
    for (String note : table.notes()) {
      text.append("\n\\footnotesize ").append(escape(note)).append('\n');
    }
    return text.append("\\end{table}\n").toString();
  }

  private static String cell(Cell cell) {
    String text = escape(cell.shown());
    return cell.strong() && !text.isEmpty() ? "\\textbf{" + text + "}" : text;
  }

  /** A line that begins with a bracket would be taken for an option of the line break before it. */
  private static <T> String line(List<T> cells, Function<T, String> print) {
    String line = cells.stream().map(print).collect(Collectors.joining(" & ", "", " \\\\\n"));
    return line.startsWith("[") ? "{}" + line : line;
  }

  /** The text as it is. */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&', '%', '$', '#', '_', '{', '}' -> escaped.append('\\').appendCodePoint(c);
                case '\\' -> escaped.append("\\textbackslash{}");
                case '~' -> escaped.append("\\textasciitilde{}");
                case '^' -> escaped.append("\\textasciicircum{}");
                case '<' -> escaped.append("\\textless{}");
                case '>' -> escaped.append("\\textgreater{}");
                case '|' -> escaped.append("\\textbar{}");
                case '"' -> escaped.append("\\textquotedbl{}");
                case '±' -> escaped.append("$\\pm$");
                case '…' -> escaped.append("\\dots{}");
                default -> escaped.appendCodePoint(c);
              }
            });
    return escaped.toString();
  }
}
