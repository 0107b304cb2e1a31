package io.github.lrfbench.harness.report;

import static io.github.lrfbench.harness.report.Html.escape;

import io.github.lrfbench.harness.result.KernelRow;
import java.util.List;

/** What {@code kernels} measured as a page that needs nothing but itself. */
public final class KernelPage {
  private KernelPage() {}

  /**
   * The page of one or more files' rows.
   *
   * @param sources the files' names
   */
  public static String render(String sources, List<KernelRow> rows) {
    StringBuilder html = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><head>");
    html.append("<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width,")
        .append(" initial-scale=1\">\n<title>LRF-Bench kernels: ")
        .append(escape(sources))
        .append("</title>\n<style>\n")
        .append(Html.resource("page.css"))
        .append("</style></head><body>\n<h1>LRF-Bench kernels</h1>\n<p class=\"soft\">")
        .append(escape(sources))
        .append("</p>\n");
    KernelTables.groups(rows)
        .forEach(
            (heading, group) -> {
              html.append("<section><h2>").append(escape(heading)).append("</h2>\n");
              KernelTables.tables(group).forEach(table -> html.append(table.html()));
              html.append("</section>\n");
            });
    return html.append("</body></html>\n").toString();
  }
}
