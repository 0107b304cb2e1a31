package io.github.lrfbench.harness.estimate;

import io.github.lrfbench.harness.result.KernelColumns;
import io.github.lrfbench.harness.result.KernelRow;
import io.github.lrfbench.harness.shapes.Work;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.lowrank.LowRankCost;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
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

  /** Okabe and Ito's, which the colour-blind tell apart. */
  private static final List<String> COLOURS =
      List.of("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9");

  private final StringBuilder svg = new StringBuilder();
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
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"11\">\n"
            + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
        2 * WIDTH, lines * HEIGHT);
    for (int i = 0; i < panels.size(); i++) {
      add("<g transform=\"translate(%d,%d)\">\n", i % 2 * WIDTH, i / 2 * HEIGHT);
      panel(panels.get(i));
      add("</g>\n");
    }
    return svg.append("</svg>\n").toString();
  }

  private void panel(List<KernelRow> rows) {
    int m = Math.toIntExact(rows.get(0).get(KernelColumns.ROWS));
    int n = Math.toIntExact(rows.get(0).get(KernelColumns.COLS));
    add("<text x=\"%d\" y=\"18\" font-weight=\"bold\">%d x %d</text>\n", LEFT, m, n);
    for (double speedup = LOWEST; speedup <= HIGHEST; speedup *= 2) {
      String colour = speedup == 1 ? "#000000" : "#dddddd";
      line(x(lowestRank), y(speedup), x(highestRank), y(speedup), colour, "");
      add(
          "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
          LEFT - 6, y(speedup) + 4, speedup < 1 ? Double.toString(speedup) : (int) speedup + "x");
    }
    for (double rank = lowestRank; rank <= highestRank; rank *= 2) {
      line(x(rank), y(LOWEST), x(rank), y(HIGHEST), "#eeeeee", "");
      add(
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.0f</text>\n",
          x(rank), HEIGHT - BOTTOM + 15, rank);
    }
    add(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">rank</text>\n",
        (LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM + 31);
    double equal = LowRankCost.breakEvenRank(m, n);
    line(x(equal), y(LOWEST), x(equal), y(HIGHEST), "#555555", "6 4");
    int number = 0;
    TreeMap<Long, List<KernelRow>> byRows =
        new TreeMap<>(
            rows.stream().collect(Collectors.groupingBy(row -> row.get(KernelColumns.BATCH_ROWS))));
    for (long tokens : byRows.keySet()) {
      String colour = COLOURS.get(number % COLOURS.size());
      List<KernelRow> own = byRows.get(tokens);
      curve(own, row -> row.get(KernelColumns.SPEEDUP), colour, "");
      curve(own, row -> estimated(m, n, tokens, rank(row)), colour, "1.5 3");
      add(
          "<text x=\"%d\" y=\"%d\" fill=\"%s\">T = %d</text>\n",
          WIDTH - RIGHT - 56, TOP + 14 + 14 * number, colour, tokens);
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
    String points =
        rows.stream()
            .map(
                row ->
                    String.format(
                        Locale.ROOT, "%.1f,%.1f", x(rank(row)), y(speedup.applyAsDouble(row))))
            .collect(Collectors.joining(" "));
    add(
        "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.8\" stroke-dasharray=\"%s\""
            + " points=\"%s\"/>\n",
        colour, dashes, points);
  }

  private void line(double x1, double y1, double x2, double y2, String colour, String dashes) {
    add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\""
            + " stroke-dasharray=\"%s\"/>\n",
        x1, y1, x2, y2, colour, dashes);
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

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }
}
