package io.github.lrfbench.harness.report;

import static io.github.lrfbench.harness.report.Html.escape;

import java.util.ArrayList;
import java.util.List;

/** A table that the reader can sort. */
final class HtmlTable {
  private record Column(String name, boolean number) {}

  private final String caption;
  private final List<Column> columns = new ArrayList<>();
  private final StringBuilder body = new StringBuilder();
  private int next;

  HtmlTable(String caption) {
    this.caption = caption;
  }

  HtmlTable text(String name) {
    columns.add(new Column(name, false));
    return this;
  }

  HtmlTable number(String name) {
    columns.add(new Column(name, true));
    return this;
  }

  /** Begins a row, whose cells follow in the columns' order. */
  HtmlTable row() {
    body.append(body.isEmpty() ? "<tr>" : "</tr>\n<tr>");
    next = 0;
    return this;
  }

  /** A cell of text. */
  HtmlTable cell(String text) {
    next++;
    body.append("<td>").append(escape(text == null ? "" : text)).append("</td>");
    return this;
  }

  /** A number as it is shown, and as it is sorted; null leaves the cell empty. */
  HtmlTable cell(Number value, String shown) {
    next++;
    boolean absent = value == null;
    body.append("<td class=\"number\" data-value=\"")
        .append(absent ? "" : value.toString())
        .append("\">")
        .append(absent ? "" : escape(shown))
        .append("</td>");
    return this;
  }

  /** Text across the cells that are left. */
  HtmlTable rest(String text) {
    body.append("<td class=\"wrap\" colspan=\"" + (columns.size() - next) + "\">")
        .append(escape(text))
        .append("</td>");
    // Sorting asks every row for every column.
    body.append("<td hidden></td>".repeat(columns.size() - next - 1));
    return this;
  }

  String render() {
    StringBuilder html = new StringBuilder("<div class=\"scroll\"><table>\n<caption>");
    html.append(escape(caption)).append("</caption>\n<thead><tr>");
    for (Column column : columns) {
      html.append("<th scope=\"col\"")
          .append(column.number() ? " class=\"number\"" : "")
          .append("><button type=\"button\">")
          .append(escape(column.name()))
          .append("</button></th>");
    }
    html.append("</tr></thead>\n<tbody>\n").append(body).append(body.isEmpty() ? "" : "</tr>\n");
    return html.append("</tbody></table></div>\n").toString();
  }
}
