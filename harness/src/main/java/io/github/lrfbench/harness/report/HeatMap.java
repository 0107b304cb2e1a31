package io.github.lrfbench.harness.report;

import static io.github.lrfbench.harness.report.Html.escape;
import static io.github.lrfbench.harness.report.Html.px;

import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.text.OneLine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The relative error of each matrix in each cell of the grid, as SVG: the darker, the larger. */
final class HeatMap {
  private static final double ROW = 16;
  private static final double COLUMN = 40;
  private static final double CHARACTER = 6.3;
  private static final int LONGEST_LABEL = 40;

  /** The sine and cosine of the angle of the labels. */
  private static final double RISE = Math.sin(Math.toRadians(60));

  private static final double RUN = Math.cos(Math.toRadians(60));

  /** Column label to matrix to error. */
  private final Map<String, Map<String, Double>> columns = new LinkedHashMap<>();

  private final Set<String> layers = new LinkedHashSet<>();

  /** Adds the matrices of a cell; those without an error are left blank. */
  void add(String label, List<LayerRow> matrices) {
    Map<String, Double> errors = columns.computeIfAbsent(label, key -> new LinkedHashMap<>());
    for (LayerRow matrix : matrices) {
      layers.add(matrix.layer());
      if (matrix.relativeError() != null && Double.isFinite(matrix.relativeError())) {
        errors.put(matrix.layer(), matrix.relativeError());
      }
    }
  }

  boolean isEmpty() {
    return layers.isEmpty();
  }

  String render(String title) {
    List<String> names = new ArrayList<>(layers);
    int prefix = commonPrefix(names);
    double left =
        names.stream().mapToInt(name -> name.length() - prefix).max().orElse(0) * CHARACTER + 8;
    double label =
        columns.keySet().stream().mapToInt(key -> shorten(key).length()).max().orElse(0)
            * CHARACTER;
    double head = label * RISE + 12;
    double width = left + columns.size() * COLUMN + label * RUN;
    double height = head + names.size() * ROW + 4;
    double largest =
        columns.values().stream()
            .flatMap(errors -> errors.values().stream())
            .mapToDouble(error -> error)
            .max()
            .orElse(1);
    StringBuilder svg =
        new StringBuilder("<svg class=\"heat\" role=\"img\" width=\"")
            .append(
                px(width)
                    + "\" height=\""
                    + px(height)
                    + "\" viewBox=\"0 0 "
                    + px(width)
                    + " "
                    + px(height))
            .append("\" aria-label=\"" + escape(title) + "\">\n");
    for (int i = 0; i < names.size(); i++) {
      svg.append(
              "<text text-anchor=\"end\" x=\""
                  + px(left - 6)
                  + "\" y=\""
                  + px(head + i * ROW + 12)
                  + "\">")
          .append(escape(names.get(i).substring(prefix)) + "</text>\n");
    }
    int column = 0;
    for (Map.Entry<String, Map<String, Double>> entry : columns.entrySet()) {
      double x = left + column++ * COLUMN;
      svg.append(
              "<text transform=\"translate("
                  + px(x + COLUMN / 2 + 4)
                  + " "
                  + px(head - 6)
                  + ") rotate(-60)\">")
          .append(escape(shorten(entry.getKey())) + "</text>\n");
      for (int i = 0; i < names.size(); i++) {
        Double error = entry.getValue().get(names.get(i));
        if (error != null) {
          cell(svg, x, head + i * ROW, error, largest, entry.getKey() + ", " + names.get(i));
        }
      }
    }
    return svg.append("</svg>\n").toString();
  }

  private static void cell(
      StringBuilder svg, double x, double y, double error, double largest, String what) {
    double share = largest > 0 ? error / largest : 0;
    String value = Figures.fixed(error, 2);
    svg.append("<g><title>" + escape(what + ": " + Figures.fixed(error, 4)) + "</title>")
        .append(
            "<rect x=\""
                + px(x)
                + "\" y=\""
                + px(y)
                + "\" width=\""
                + px(COLUMN - 1)
                + "\" height=\""
                + px(ROW - 1))
        .append("\" style=\"fill-opacity:" + Figures.fixed(0.05 + 0.95 * share, 3) + "\"/>")
        .append("<text class=\"" + (share > 0.8 ? "on" : "off") + "\" text-anchor=\"middle\" x=\"")
        .append(px(x + COLUMN / 2) + "\" y=\"" + px(y + 12) + "\">" + value + "</text></g>\n");
  }

  private static String shorten(String label) {
    return OneLine.shorten(label, LONGEST_LABEL);
  }

  /** Length of what all names begin with, up to a dot. */
  private static int commonPrefix(List<String> names) {
    int length = names.get(0).length();
    for (String name : names) {
      int same = 0;
      while (same < Math.min(length, name.length())
          && name.charAt(same) == names.get(0).charAt(same)) {
        same++;
      }
      length = same;
    }
    return names.get(0).lastIndexOf('.', Math.max(0, length - 1)) + 1;
  }
}
