package io.github.lrfbench.harness.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A drawing of lines and text, in pixels from the upper left corner. */
public final class Svg {
  /** Okabe and Ito's, which the colour-blind tell apart. */
  public static final List<String> COLOURS =
      List.of("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9");

  /**
   * A point.
   *
   * @param x to the right
   * @param y down
   */
  public record Point(double x, double y) {}

  private final StringBuilder svg = new StringBuilder();

  /** An empty drawing on white. */
  public Svg(int width, int height) {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"11\">\n"
            + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
        width, height);
  }

  /** What is drawn from here on is moved; ended by {@link #endGroup()}. */
  public void beginGroup(int x, int y) {
    add("<g transform=\"translate(%d,%d)\">\n", x, y);
  }

  /** Ends what was begun last. */
  public void endGroup() {
    svg.append("</g>\n");
  }

  /**
   * A line.
   *
   * @param dashes lengths of dashes and gaps; empty for none
   */
  public void line(Point from, Point to, String colour, String dashes) {
    add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\""
            + " stroke-dasharray=\"%s\"/>\n",
        from.x, from.y, to.x, to.y, colour, dashes);
  }

  /** A line through points, with dashes as {@link #line} has them. */
  public void curve(List<Point> points, String colour, String dashes) {
    String joined =
        points.stream()
            .map(point -> String.format(Locale.ROOT, "%.1f,%.1f", point.x, point.y))
            .collect(Collectors.joining(" "));
    add(
        "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.8\" stroke-dasharray=\"%s\""
            + " points=\"%s\"/>\n",
        colour, dashes, joined);
  }

  /** A dot. */
  public void dot(Point at, String colour) {
    add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\" fill=\"%s\"/>\n", at.x, at.y, colour);
  }

  /**
   * Text.
   *
   * @param anchor which part of it is at the point: start, middle or end
   * @param colour empty for black
   */
  public void text(Point at, String anchor, String colour, String text) {
    add(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>\n",
        at.x, at.y, anchor, colour.isEmpty() ? "" : " fill=\"" + colour + "\"", Html.escape(text));
  }

  /** The whole drawing as a file. */
  public String file() {
    return svg + "</svg>\n";
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }
}
