package io.github.lrfbench.harness.compress.embedding;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.allocate.PointChoice;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.SafeEmbeddings;
import io.github.lrfbench.kernels.InputException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The widths that narrow embeddings can have: those whose attention has whole heads.
 *
 * @param words V
 * @param hidden H
 * @param headWidth of the model's own attention
 * @param heads that the user wants; 0 for as many as the width says
 * @param tied whether a head reads the words
 */
record SafeWidths(int words, int hidden, int headWidth, int heads, boolean tied) {
  private static final int USUAL = 64;
  private static final int ODD = 640;
  private static final int HEADS_OF_ODD = 8;

  /** One head of this width is what kernels can do. */
  private static final int WIDEST = 512;

  /**
   * Heads of a width, 0 for none. They are 64 wide where that divides it, but at 640, which has 8,
   * as in the authors' code; else as wide as the model's own.
   */
  int heads(int width) {
    if (heads > 0) {
      return width % heads == 0 && width / heads <= WIDEST ? heads : 0;
    }
    if (width == ODD) {
      return HEADS_OF_ODD;
    }
    int each = width % USUAL == 0 ? USUAL : headWidth;
    return width % each == 0 ? width / each : 0;
  }

  /**
   * All of them; norms of a single number would leave nothing.
   *
   * @throws InputException if there is none
   */
  OperatingPoints points() {
    List<Point> points =
        IntStream.range(2, hidden).filter(width -> heads(width) > 0).mapToObj(this::point).toList();
    if (points.isEmpty()) {
      throw new InputException(
          "--method safe: no width below "
              + hidden
              + (heads > 0
                  ? " is heads=" + heads + " of one width, at most " + WIDEST
                  : " has heads of "
                      + headWidth
                      + ", as wide as the model's; say how many by heads="));
    }
    return new OperatingPoints(hidden, words, Double.NaN, points);
  }

  private Point point(int width) {
    long numbers = SafeEmbeddings.parameters(words, width, hidden, tied);
    long bits = numbers * OperatingPoints.DENSE_BITS;
    return new Point(numbers, bits, Double.NaN, width, "s=" + width);
  }

  /**
   * The point of a budget: a rank is the width itself, other budgets take the widest that fits.
   *
   * @return the number of points for the table as it is
   * @throws InputException if a width that is asked for has no whole heads
   */
  int choose(OperatingPoints points, LinearSlot table, Budget budget) {
    if (budget instanceof Budget.Rank asked) {
      return asked.rank() < hidden ? find(points, asked.rank()) : points.count();
    }
    return new PointChoice(Allocation.UNIFORM, budget, null)
        .choose(List.of(table), List.of(points))[0];
  }

  private int find(OperatingPoints points, int width) {
    return IntStream.range(0, points.count())
        .filter(point -> points.get(point).rank() == width)
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "--method safe: the width "
                        + width
                        + (heads > 0
                            ? " is not heads=" + heads + " of one width, at most " + WIDEST
                            : " has no whole heads: it is a multiple neither of "
                                + USUAL
                                + " nor of the model's own "
                                + headWidth)));
  }
}
