package io.github.lrfbench.harness.report;

import static io.github.lrfbench.harness.report.Html.escape;

import io.github.lrfbench.harness.report.TextTable.Align;
import java.util.ArrayList;
import java.util.List;

/**
 * A table of what {@code kernels} measured, of figures but for its first column.
 *
 * @param title a sentence that says what it shows
 * @param columns names
 * @param rows as many cells each as there are columns
 */
record KernelTable(String title, List<String> columns, List<List<String>> rows) {
  private static final int WIDTH = 120;

  KernelTable(String title, List<String> columns) {
    this(title, columns, new ArrayList<>());
  }

  void add(List<String> row) {
    rows.add(List.copyOf(row));
  }

  String text() {
    TextTable table = new TextTable(WIDTH);
    for (int i = 0; i < columns.size(); i++) {
      table.column(columns.get(i), i == 0 ? Align.LEFT : Align.RIGHT);
    }
    rows.forEach(row -> table.row(row.toArray(String[]::new)));
    return title + "\n" + table.render();
  }

  String html() {
    StringBuilder html = new StringBuilder("<div class=\"scroll\"><table>\n<caption>");
    html.append(escape(title)).append("</caption>\n<thead>");
    html.append(row("th", columns)).append("</thead>\n<tbody>\n");
    rows.forEach(row -> html.append(row("td", row)));
    return html.append("</tbody></table></div>\n").toString();
  }

  private static String row(String element, List<String> cells) {
    StringBuilder html = new StringBuilder("<tr>");
    for (int i = 0; i < cells.size(); i++) {
      html.append('<').append(element).append(i == 0 ? ">" : " class=\"number\">");
      html.append(escape(cells.get(i))).append("</").append(element).append('>');
    }
    return html.append("</tr>\n").toString();
  }
}
