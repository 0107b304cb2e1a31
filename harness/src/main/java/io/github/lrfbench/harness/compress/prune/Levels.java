package io.github.lrfbench.harness.compress.prune;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * How many units of a matrix W of [rows, cols] may be kept: any number of rows or columns, any
 * number of elements in every row, or of all elements one of so many parts, as there are too many
 * to look at each.
 *
 * @param counts kept of each group, from the fewest on
 * @param groups how many groups there are
 */
record Levels(Pattern pattern, int rows, int cols, int[] counts, int groups) {
  /** Most numbers of elements to choose from. */
  private static final int MOST = 4096;

  /** Those that options offer. */
  static Levels of(int rows, int cols, MethodOptions options) {
    Pattern pattern = Pattern.of(options.text(PruneCompressor.PATTERN));
    boolean byRow = PruneCompressor.isByRow(options);
    int groups = pattern == Pattern.ENTRIES && byRow ? rows : 1;
    int units = pattern.units(rows, cols) / groups;
    if (pattern == Pattern.TWO_OF_FOUR) {
      return new Levels(pattern, rows, cols, new int[] {Pattern.KEPT_OF_FOUR}, 1);
    }
    if (!options.is(PruneCompressor.KEEP, PruneCompressor.BUDGET)) {
      double share = options.number(PruneCompressor.KEEP);
      int kept = Math.max(1, (int) Math.floor(share * units));
      return new Levels(pattern, rows, cols, new int[] {kept}, groups);
    }
    int levels = Math.min(MOST, units);
    int[] counts = new int[levels];
    for (int i = 0; i < levels; i++) {
      counts[i] = (int) ((i + 1L) * units / levels);
    }
    return new Levels(pattern, rows, cols, counts, groups);
  }

  /** Units that are kept of the whole matrix. */
  long kept(int level) {
    if (pattern != Pattern.TWO_OF_FOUR) {
      return (long) counts[level] * groups;
    }
    int rest = Math.min(Pattern.KEPT_OF_FOUR, cols % Pattern.FOUR);
    return (long) rows * (cols / Pattern.FOUR * Pattern.KEPT_OF_FOUR + rest);
  }

  /**
   * Units of the matrix for each that is kept, by which survivors are multiplied if that is asked
   * for.
   */
  double factor(int level, boolean rescales) {
    return rescales ? pattern.units(rows, cols) / (double) kept(level) : 1;
  }

  /** The levels as points. */
  OperatingPoints points() {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      points.add(pattern.point(rows, cols, kept(i)));
    }
    return new OperatingPoints(rows, cols, Double.NaN, points);
  }
}
