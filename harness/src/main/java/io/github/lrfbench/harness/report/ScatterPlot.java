package io.github.lrfbench.harness.report;

import static io.github.lrfbench.harness.report.Html.escape;
import static io.github.lrfbench.harness.report.Html.px;

import io.github.lrfbench.harness.result.Column;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.SizeColumns;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * The metric against what it costs, as SVG: a series for each method, bars of one standard error,
 * dashed lines where the dense model is. Series differ in shape as well as in colour; where colours
 * do not suffice, their second round has hollow marks and dashed lines.
 */
final class ScatterPlot {
  /** As many colours as the page's style has. */
  private static final int COLORS = 8;

  private static final int SHAPES = 4;

  private static final double WIDTH = 440;
  private static final double HEIGHT = 280;
  private static final double LEFT = 52;
  private static final double RIGHT = 12;
  private static final double TOP = 10;
  private static final double BOTTOM = 40;

  private final String title;
  private final String xLabel;
  private final String yLabel;
  private final Column<Double> x;
  private final StringBuilder svg = new StringBuilder();

  ScatterPlot(String title, String xLabel, String yLabel, Column<Double> x) {
    this.title = title;
    this.xLabel = xLabel;
    this.yLabel = yLabel;
    this.x = x;
  }

  /** The plot of rows that have both values, or nothing where none has. */
  String render(List<Series> series, RunRow dense) {
    List<Double> xs = new ArrayList<>();
    List<Double> ys = new ArrayList<>();
    for (Series one : series) {
      for (RunRow row : plotted(one.rows())) {
        double error = error(row);
        xs.add(row.get(x));
        ys.add(row.get(ScoreColumns.METRIC) - error);
        ys.add(row.get(ScoreColumns.METRIC) + error);
      }
    }
    if (xs.isEmpty()) {
      return "";
    }
    boolean hasDense = dense != null && !plotted(List.of(dense)).isEmpty();
    if (hasDense) {
      xs.add(dense.get(x));
      ys.add(dense.get(ScoreColumns.METRIC));
    }
    Axis across = Axis.around(xs, LEFT, WIDTH - RIGHT);
    Axis up = Axis.around(ys, HEIGHT - BOTTOM, TOP);
    begin(across, up);
    if (hasDense) {
      dense(dense, across, up);
    }
    for (int i = 0; i < series.size(); i++) {
      draw(series.get(i), i, across, up);
    }
    return svg.append("</svg>\n").toString();
  }

  /** A sample of the line and mark of the series of a number, for the legend. */
  static String sample(int number) {
    return "<svg class=\""
        + style(number)
        + "\" width=\"28\" height=\"12\" aria-hidden=\"true\"><path class=\"line\" d=\"M1 6H27\"/>"
        + mark(number, 14, 6, "")
        + "</svg>";
  }

  private static String style(int number) {
    return "s" + number % COLORS + (number / COLORS % 2 == 1 ? " hollow" : "");
  }

  private void begin(Axis across, Axis up) {
    svg.append("<svg class=\"plot\" role=\"img\" viewBox=\"0 0 ")
        .append(px(WIDTH) + " " + px(HEIGHT))
        .append("\" aria-label=\"" + escape(title) + "\">\n");
    for (double tick : up.ticks()) {
      String y = px(up.at(tick));
      line("grid", px(LEFT), y, px(WIDTH - RIGHT), y);
      text("end", LEFT - 6, up.at(tick) + 4, up.label(tick));
    }
    for (double tick : across.ticks()) {
      String at = px(across.at(tick));
      line("grid", at, px(TOP), at, px(HEIGHT - BOTTOM));
      text("middle", across.at(tick), HEIGHT - BOTTOM + 16, across.label(tick));
    }
    text("middle", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, xLabel);
    double middle = (TOP + HEIGHT - BOTTOM) / 2;
    svg.append(
            "<text text-anchor=\"middle\" transform=\"translate(12 "
                + px(middle)
                + ") rotate(-90)\">")
        .append(escape(yLabel) + "</text>\n");
  }

  private void dense(RunRow dense, Axis across, Axis up) {
    String y = px(up.at(dense.get(ScoreColumns.METRIC)));
    String at = px(across.at(dense.get(x)));
    svg.append("<g><title>" + escape(describe("dense", dense)) + "</title>");
    line("dense", px(LEFT), y, px(WIDTH - RIGHT), y);
    line("dense", at, px(TOP), at, px(HEIGHT - BOTTOM));
    svg.append("</g>\n");
  }

  /** The line joins the budgets in their order, whatever the order of their latencies. */
  private void draw(Series series, int number, Axis across, Axis up) {
    List<RunRow> rows = new ArrayList<>(plotted(series.rows()));
    rows.sort(
        Comparator.comparing(
            row -> row.get(SizeColumns.LINEAR_RATIO), Comparator.nullsFirst(Double::compare)));
    if (rows.isEmpty()) {
      return;
    }
    svg.append("<g class=\"" + style(number) + "\">");
    StringBuilder path = new StringBuilder();
    for (RunRow row : rows) {
      path.append(path.isEmpty() ? 'M' : 'L')
          .append(px(across.at(row.get(x))) + " " + px(up.at(row.get(ScoreColumns.METRIC))));
    }
    svg.append("<path class=\"line\" d=\"" + path + "\"/>");
    for (RunRow row : rows) {
      double atX = across.at(row.get(x));
      double metric = row.get(ScoreColumns.METRIC);
      double error = error(row);
      line("bar", px(atX), px(up.at(metric - error)), px(atX), px(up.at(metric + error)));
      svg.append(mark(number, atX, up.at(metric), describe(series.label(), row)));
    }
    svg.append("</g>\n");
  }

  private String describe(String label, RunRow row) {
    return (label + " " + Series.budget(row)).strip()
        + ": "
        + yLabel
        + " "
        + Figures.fixed(row.get(ScoreColumns.METRIC), 4)
        + ", "
        + xLabel
        + " "
        + Figures.fixed(row.get(x), 3);
  }

  private static String mark(int number, double x, double y, String title) {
    String shape =
        switch ((number + number / COLORS) % SHAPES) {
          case 0 -> "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0";
          case 1 -> "m-3.5 -3.5h7v7h-7z";
          case 2 -> "m0 -4.5l4.5 8h-9z";
          default -> "m0 -5l5 5l-5 5l-5 -5z";
        };
    String inner = title.isEmpty() ? "" : "<title>" + escape(title) + "</title>";
    return "<path class=\"mark\" d=\"M" + px(x) + " " + px(y) + shape + "\">" + inner + "</path>";
  }

  private void line(String kind, String x1, String y1, String x2, String y2) {
    svg.append("<path class=\"" + kind + "\" d=\"M" + x1 + " " + y1 + "L" + x2 + " " + y2 + "\"/>");
  }

  private void text(String anchor, double atX, double atY, String text) {
    svg.append("<text text-anchor=\"" + anchor + "\" x=\"" + px(atX) + "\" y=\"" + px(atY) + "\">")
        .append(escape(text) + "</text>\n");
  }

  private List<RunRow> plotted(List<RunRow> rows) {
    return rows.stream()
        .filter(row -> finite(row.get(x)) && finite(row.get(ScoreColumns.METRIC)))
        .toList();
  }

  private static boolean finite(Double value) {
    return value != null && Double.isFinite(value);
  }

  private static double error(RunRow row) {
    double error = Objects.requireNonNullElse(row.get(ScoreColumns.METRIC_STDERR), 0.0);
    return Double.isFinite(error) ? error : 0;
  }
}
