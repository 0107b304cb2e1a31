package io.github.lrfbench.harness.report;

import static io.github.lrfbench.harness.report.Html.escape;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.harness.result.Column;
import io.github.lrfbench.harness.result.KernelColumns;
import io.github.lrfbench.harness.result.KernelRow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code kernels} measured as a page that needs nothing but itself: break-even curves, the
 * roofline, and the tables, which are there without scripts too.
 */
public final class KernelPage {
  /** What the charts show of each product. */
  private static final List<Column<?>> SHOWN =
      List.of(
          KernelColumns.KIND,
          KernelColumns.BATCH_ROWS,
          KernelColumns.RANK,
          KernelColumns.LATENCY_MS_P50,
          KernelColumns.GFLOP_PER_S,
          KernelColumns.SPEEDUP,
          KernelColumns.BREAK_EVEN_RANK);

  private static final String INTRODUCTION =
      """
      <p>Speedup of a matrix as two factors over the dense product, by rank; below 1, the solid line, it is slower. The
      dashed line is the rank at which both take as many operations. The roofline is what this device allows a product:
      its peak, or where few operations are done with each byte, what its memory lets through; both are the fastest
      that was measured.</p>
      """;

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
        .append("</p>\n")
        .append(INTRODUCTION);
    List<Map<String, Object>> charts = new ArrayList<>();
    KernelTables.groups(rows)
        .forEach(
            (heading, group) -> {
              html.append("<section><h2>")
                  .append(escape(heading))
                  .append("</h2>\n<div class=\"plots\"></div>\n");
              KernelTables.tables(group).forEach(table -> html.append(table.html()));
              html.append("</section>\n");
              charts.add(chart(group));
            });
    return html.append("<script type=\"application/json\" id=\"data\">")
        .append(json(charts))
        .append("</script>\n")
        .append(Html.libraries())
        .append(Html.script("kernels.js"))
        .append("</body></html>\n")
        .toString();
  }

  private static Map<String, Object> chart(List<KernelRow> rows) {
    Roofline roofline = Roofline.of(rows);
    List<Map<String, Object>> products = new ArrayList<>();
    for (KernelRow row : rows) {
      if (Roofline.isProduct(row)) {
        Map<String, Object> product = new LinkedHashMap<>();
        product.put("shape", KernelTables.shape(row));
        SHOWN.forEach(column -> product.put(column.name(), row.get(column)));
        product.put("intensity", Roofline.intensity(row));
        product.put("share", roofline.share(row));
        products.add(product);
      }
    }
    Map<String, Object> chart = new LinkedHashMap<>();
    chart.put("peak", roofline.peak());
    chart.put("bandwidth", roofline.bandwidth());
    chart.put("products", products);
    return chart;
  }

  /** JSON that may stand in a script element. */
  private static String json(Object value) {
    try {
      return new ObjectMapper().writeValueAsString(value).replace("<", "\\u003c");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not printable as JSON", e);
    }
  }
}
