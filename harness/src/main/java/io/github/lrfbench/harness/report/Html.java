package io.github.lrfbench.harness.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Pieces of HTML. */
final class Html {
  private Html() {}

  /** As WebJars lay files out. Plot stands in our own resources: its archive is not everywhere. */
  private static final List<String> LIBRARIES =
      List.of(
          "/META-INF/resources/webjars/d3/7.9.0/dist/d3.min.js",
          "/META-INF/resources/webjars/observablehq__plot/0.6.17/dist/plot.umd.min.js");

  /** The libraries that charts are drawn by, each with its licence. */
  static String libraries() {
    StringBuilder html = new StringBuilder();
    for (String library : LIBRARIES) {
      html.append("<!-- The licence of the script below:\n")
          .append(resource(library.substring(0, library.indexOf("/dist/")) + "/LICENSE"))
          .append("-->\n")
          .append(script(library));
    }
    return html.toString();
  }

  /** A script that becomes part of the page. */
  static String script(String resource) {
    return "<script>\n" + resource(resource) + "</script>\n";
  }

  /** Text that is shown as it is, in elements and in quoted attributes. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /** A file of this package that becomes part of the page. */
  static String resource(String name) {
    try (InputStream in = Html.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
