package io.github.lrfbench.harness.estimate;

import io.github.lrfbench.harness.report.Svg;
import io.github.lrfbench.harness.result.KernelColumns;
import io.github.lrfbench.harness.result.KernelRow;
import io.github.lrfbench.harness.shapes.Work;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.lowrank.LowRankCost;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The speedup of two factors over the dense product by rank, on logarithmic axes: a panel for each
 * shape, a curve for each number of rows, solid as measured and dotted as estimated.
 */
final class SpeedupPlot {
  private static final int WIDTH = 400;
  private static final int HEIGHT = 300;
  private static final int LEFT = 52;
  private static final int TOP = 34;
  private static final int RIGHT = 12;
  private static final int BOTTOM = 42;
  private static final double LOWEST = 0.25;
  private static final double HIGHEST = 64;

  private Svg svg;
  private final DeviceFigures figures;
  private final double lowestRank;
  private final double highestRank;

  private SpeedupPlot(List<KernelRow> products, DeviceFigures figures) {
    this.figures = figures;
    this.lowestRank = rank(products.get(0));
    this.highestRank = products.stream().mapToDouble(SpeedupPlot::rank).max().orElseThrow();
  }

  static String svg(List<KernelRow> rows, DeviceFigures figures) {
    List<KernelRow> products =
        rows.stream()
            .filter(row -> KernelRow.LOWRANK_MATMUL.equals(row.get(KernelColumns.KIND)))
            .sorted((a, b) -> Long.compare(rank(a), rank(b)))
            .toList();
    return new SpeedupPlot(products, figures).draw(products);
  }

  private static long rank(KernelRow row) {
    return row.get(KernelColumns.RANK);
  }

  private String draw(List<KernelRow> products) {
    List<List<KernelRow>> panels =
        products.stream()
            .collect(
                Collectors.groupingBy(
                    row -> List.of(row.get(KernelColumns.ROWS), row.get(KernelColumns.COLS))))
            .entrySet()
            .stream()
            .sorted(
                Comparator.comparing(
                        (Map.Entry<List<Long>, List<KernelRow>> panel) ->
                            panel.getKey().get(0) * panel.getKey().get(1))
                    .thenComparing(panel -> panel.getKey().get(0)))
            .map(Map.Entry::getValue)
            .toList();
    int lines = (panels.size() + 1) / 2;
    svg = new Svg(2 * WIDTH, lines * HEIGHT);
    for (int i = 0; i < panels.size(); i++) {
      svg.beginGroup(i % 2 * WIDTH, i / 2 * HEIGHT);
      panel(panels.get(i));
      svg.endGroup();
    }
    return svg.file();
  }

  private void panel(List<KernelRow> rows) {
    int m = Math.toIntExact(rows.get(0).get(KernelColumns.ROWS));
    int n = Math.toIntExact(rows.get(0).get(KernelColumns.COLS));
    svg.text(new Svg.Point(LEFT, 18), "start", "", m + " x " + n);
    for (double speedup = LOWEST; speedup <= HIGHEST; speedup *= 2) {
      String colour = speedup == 1 ? "#000000" : "#dddddd";
      line(x(lowestRank), y(speedup), x(highestRank), y(speedup), colour, "");
      svg.text(
          new Svg.Point(LEFT - 6, y(speedup) + 4),
          "end",
          "",
          speedup < 1 ? Double.toString(speedup) : (int) speedup + "x");
    }
    for (double rank = lowestRank; rank <= highestRank; rank *= 2) {
      line(x(rank), y(LOWEST), x(rank), y(HIGHEST), "#eeeeee", "");
      svg.text(
          new Svg.Point(x(rank), HEIGHT - BOTTOM + 15),
          "middle",
          "",
          Long.toString(Math.round(rank)));
    }
    svg.text(
        new Svg.Point((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - BOTTOM + 31), "middle", "", "rank");
    double equal = LowRankCost.breakEvenRank(m, n);
    line(x(equal), y(LOWEST), x(equal), y(HIGHEST), "#555555", "6 4");
    int number = 0;
    TreeMap<Long, List<KernelRow>> byRows =
        new TreeMap<>(
            rows.stream().collect(Collectors.groupingBy(row -> row.get(KernelColumns.BATCH_ROWS))));
    for (long tokens : byRows.keySet()) {
      String colour = Svg.COLOURS.get(number % Svg.COLOURS.size());
      List<KernelRow> own = byRows.get(tokens);
      curve(own, row -> row.get(KernelColumns.SPEEDUP), colour, "");
      curve(own, row -> estimated(m, n, tokens, rank(row)), colour, "1.5 3");
      svg.text(
          new Svg.Point(WIDTH - RIGHT - 56, TOP + 14 + 14 * number),
          "start",
          colour,
          "T = " + tokens);
      number++;
    }
  }

  private double estimated(int m, int n, long tokens, long rank) {
    double factors =
        figures.millis(Work.product(tokens, n, rank, DType.F32))
            + figures.millis(Work.product(tokens, rank, m, DType.F32));
    return figures.millis(Work.product(tokens, n, m, DType.F32)) / factors;
  }

  private void curve(
      List<KernelRow> rows, ToDoubleFunction<KernelRow> speedup, String colour, String dashes) {
    svg.curve(
        rows.stream()
            .map(row -> new Svg.Point(x(rank(row)), y(speedup.applyAsDouble(row))))
            .toList(),
        colour,
        dashes);
  }

  private void line(double x1, double y1, double x2, double y2, String colour, String dashes) {
    svg.line(new Svg.Point(x1, y1), new Svg.Point(x2, y2), colour, dashes);
  }

  private double x(double rank) {
    double share = Math.log(rank / lowestRank) / Math.log(highestRank / lowestRank);
    return LEFT + share * (WIDTH - LEFT - RIGHT);
  }

  private static double y(double speedup) {
    double inside = Math.min(HIGHEST, Math.max(LOWEST, speedup));
    double share = Math.log(inside / LOWEST) / Math.log(HIGHEST / LOWEST);
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  }
}
