package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.report.Axis;
import io.github.lrfbench.harness.report.Figures;
import io.github.lrfbench.harness.report.Svg;
import io.github.lrfbench.harness.statistics.Statistics;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Scores over a column of figures as a drawing: a panel for each task and whatever else keeps rows
 * apart, a curve for each contender with its intervals, and a dashed line where the dense model is.
 */
public final class ScorePlot {
  private static final int WIDTH = 400;
  private static final int HEIGHT = 290;
  private static final int LEFT = 56;
  private static final int TOP = 30;
  private static final int RIGHT = 14;
  private static final int BOTTOM = 42;
  private static final int LEGEND_LINE = 16;
  private static final int SAMPLE = 26;
  private static final int LETTER = 7;

  /** One after another where colours are used up. */
  private static final List<String> DASHES = List.of("", "6 3", "2 2", "8 3 2 3");

  private record Point(double x, double score, double reach) {}

  private final Contests contests;
  private final Metric metric;
  private final String over;
  private final List<String> names;

  private ScorePlot(Contests contests, String over) {
    this.contests = contests;
    this.metric = contests.question().metric();
    this.over = over;
    this.names =
        contests.contenders().stream()
            .filter(
                name ->
                    contests.byContext().stream().anyMatch(panel -> !points(panel, name).isEmpty()))
            .toList();
  }

  /**
   * Draws rows.
   *
   * @param over the column of figures that the scores are drawn over
   * @param notes is told what was left out or kept apart
   * @return an SVG file
   * @throws InputException if there is no such column, or no compressed model has both figures
   */
  public static String svg(
      List<ResultRow> rows, Question question, String over, Consumer<String> notes) {
    ColumnNames.require("--over", over);
    ScorePlot plot = new ScorePlot(Contests.of(rows, question), over);
    if (plot.names.isEmpty()) {
      throw new InputException(
          "there is no compressed model with numbers in both "
              + question.metric().column()
              + " and "
              + over
              + " to plot");
    }
    plot.contests.notes().forEach(notes);
    return plot.draw();
  }

  private String draw() {
    List<List<Contest>> panels = contests.byContext();
    int columns = Math.min(2, panels.size());
    List<List<String>> legend = legend(columns * WIDTH - LEFT - RIGHT);
    int below = (panels.size() + columns - 1) / columns * HEIGHT;
    Svg svg = new Svg(columns * WIDTH, below + (legend.size() + 1) * LEGEND_LINE);
    for (int i = 0; i < panels.size(); i++) {
      svg.beginGroup(i % columns * WIDTH, i / columns * HEIGHT);
      panel(svg, panels.get(i));
      svg.endGroup();
    }
    for (int line = 0; line < legend.size(); line++) {
      double x = LEFT;
      double y = below + (line + 0.5) * LEGEND_LINE;
      for (String name : legend.get(line)) {
        svg.curve(
            List.of(new Svg.Point(x, y), new Svg.Point(x + SAMPLE - 6, y)),
            colour(name),
            dashes(name));
        svg.text(new Svg.Point(x + SAMPLE, y + 4), "start", "", name);
        x += legendWidth(name);
      }
    }
    return svg.file();
  }

  /** The names of contenders, as many in a line as there is room for. */
  private List<List<String>> legend(int room) {
    List<List<String>> lines = new ArrayList<>();
    int left = 0;
    for (String name : names) {
      if (left < legendWidth(name)) {
        lines.add(new ArrayList<>());
        left = room;
      }
      lines.get(lines.size() - 1).add(name);
      left -= legendWidth(name);
    }
    return lines;
  }

  private static int legendWidth(String name) {
    return SAMPLE + 2 * LETTER + LETTER * name.length();
  }

  private void panel(Svg svg, List<Contest> panel) {
    Map<String, List<Point>> curves = new LinkedHashMap<>();
    names.forEach(name -> curves.put(name, points(panel, name)));
    SortedSet<Double> dense = new TreeSet<>();
    panel.forEach(contest -> dense.addAll(contest.denseScores(metric)));
    List<Double> xs = new ArrayList<>();
    List<Double> ys = new ArrayList<>(dense);
    curves
        .values()
        .forEach(
            points ->
                points.forEach(
                    point -> {
                      xs.add(point.x);
                      ys.add(point.score - point.reach);
                      ys.add(point.score + point.reach);
                    }));
    Axis across = Axis.fitting(xs);
    Axis up = Axis.linear(ys);
    svg.text(new Svg.Point(LEFT, 18), "start", "", title(panel.get(0)));
    for (double tick : up.ticks()) {
      double y = y(up, tick);
      svg.line(new Svg.Point(LEFT, y), new Svg.Point(WIDTH - RIGHT, y), "#dddddd", "");
      svg.text(new Svg.Point(LEFT - 6, y + 4), "end", "", Figures.plain(round(tick)));
    }
    for (double tick : across.ticks()) {
      double x = x(across, tick);
      svg.line(new Svg.Point(x, TOP), new Svg.Point(x, HEIGHT - BOTTOM), "#eeeeee", "");
      svg.text(new Svg.Point(x, HEIGHT - BOTTOM + 15), "middle", "", Figures.plain(round(tick)));
    }
    svg.text(new Svg.Point((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - BOTTOM + 31), "middle", "", over);
    for (double score : dense) {
      double y = y(up, score);
      svg.line(new Svg.Point(LEFT, y), new Svg.Point(WIDTH - RIGHT, y), "#000000", "4 3");
    }
    curves.forEach((name, points) -> curve(svg, name, points, across, up));
  }

  private void curve(Svg svg, String name, List<Point> points, Axis across, Axis up) {
    List<Svg.Point> places =
        points.stream()
            .map(point -> new Svg.Point(x(across, point.x), y(up, point.score)))
            .toList();
    for (int i = 0; i < points.size(); i++) {
      Point point = points.get(i);
      double x = places.get(i).x();
      svg.line(
          new Svg.Point(x, y(up, point.score - point.reach)),
          new Svg.Point(x, y(up, point.score + point.reach)),
          colour(name),
          "");
      svg.dot(places.get(i), colour(name));
    }
    svg.curve(places, colour(name), dashes(name));
  }

  /** A contender's points of all budgets, from the left. */
  private List<Point> points(List<Contest> panel, String name) {
    List<Point> points = new ArrayList<>();
    for (Contest contest : panel) {
      for (Contender contender : contest.contenders()) {
        Double x = contender.mean(over);
        if (contender.name().equals(name) && x != null && Double.isFinite(x)) {
          Score score = contender.score(metric, contender.rows().keySet());
          double reach =
              score.error()
                  * Statistics.reach(contests.question().level(), Double.POSITIVE_INFINITY);
          points.add(new Point(x, score.mean(), Double.isNaN(reach) ? 0 : reach));
        }
      }
    }
    points.sort(Comparator.comparingDouble(Point::x));
    return points;
  }

  /** What keeps this panel's rows from the others', and what is drawn. */
  private String title(Contest contest) {
    return contests.shown().stream()
            .map(column -> Contests.brief(column, contest.context().get(column)))
            .collect(Collectors.joining(", "))
        + ": "
        + metric.name(contest.contenders().get(0).first());
  }

  private String colour(String name) {
    return Svg.COLOURS.get(names.indexOf(name) % Svg.COLOURS.size());
  }

  private String dashes(String name) {
    return DASHES.get(names.indexOf(name) / Svg.COLOURS.size() % DASHES.size());
  }

  private static double round(double tick) {
    return Math.rint(tick * 1e6) / 1e6;
  }

  private static double x(Axis axis, double value) {
    return LEFT + axis.share(value) * (WIDTH - LEFT - RIGHT);
  }

  private static double y(Axis axis, double value) {
    return HEIGHT - BOTTOM - axis.share(value) * (HEIGHT - TOP - BOTTOM);
  }
}
