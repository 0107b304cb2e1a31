package io.github.lrfbench.harness.compress.prune;

import io.github.lrfbench.harness.compress.lowrank.SampledErrors;
import io.github.lrfbench.harness.compress.matrix.ColumnSweep;
import io.github.lrfbench.harness.compress.matrix.ColumnSweep.Columns;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MatrixErrors;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;

/**
 * SparseGPT (Frantar and Alistarh 2023): elements are left out one column after the other, and
 * later columns make up for what that lost. Which ones is decided for 128 columns at a time, or
 * four of 2:4, by w² / U[j, j]² as the columns before left w. Of every 128 columns as large a part
 * is kept.
 *
 * @param sweep in natural order
 * @param metric of what outputs lose
 */
record SparseGpt(ColumnSweep sweep, Levels levels, boolean byRow, ErrorMetric metric)
    implements Pruning {
  private static final int BLOCK = 128;

  @Override
  public Cut cut(int level, Scope scope) {
    Matrix w = sweep.w();
    Elements elements = new Elements(levels.counts()[level]);
    sweep.run(elements);
    try (Scope scratch = scope.device().openScope()) {
      Matrix changed = Matrix.of(scratch.floats(elements.values, w.rows(), w.cols()));
      Linear map = levels.pattern().form(changed, elements.kept, 1, scope);
      Matrix lost = MatrixErrors.difference(w, map, scratch);
      return new Cut(map, Math.max(0, metric.squared(lost, scratch)));
    }
  }

  /** Measured at some levels, and interpolated between them. */
  @Override
  public double[] errors() {
    return SampledErrors.of(
        alone(),
        count -> {
          try (Scope scratch = sweep.w().device().openScope()) {
            return cut(count - 1, scratch).squaredError();
          }
        });
  }

  @Override
  public double energy() {
    try (Scope scratch = sweep.w().device().openScope()) {
      return Math.max(0, metric.squared(Matrices.toDouble(sweep.w(), scratch), scratch));
    }
  }

  /** What would be lost at all levels if nothing made up for it. */
  private double[] alone() {
    double[] slopes = new double[sweep.w().cols()];
    for (int j = 0; j < slopes.length; j++) {
      Matrix factor = sweep.factor();
      factor.data().read(factor.offset() + (long) j * factor.stride() + j, slopes, j, 1);
    }
    double[] weights = Arrays.stream(slopes).map(slope -> 1 / (slope * slope)).toArray();
    Ranking ranking = new Scores("", null, weights, null).rank(sweep.w(), levels.pattern(), byRow);
    double[] ones = new double[levels.counts().length];
    Arrays.fill(ones, 1);
    return ranking.errors(levels.counts(), ones);
  }

  @Override
  public double damping() {
    return sweep.damping();
  }

  /** The elements that are kept, and their numbers. */
  private final class Elements implements ColumnSweep.Rule {
    private final int count;
    private final int rows = sweep.w().rows();
    private final int cols = sweep.w().cols();
    private final boolean[] kept = new boolean[rows * cols];
    private final float[] values = new float[rows * cols];

    Elements(int count) {
      this.count = count;
    }

    @Override
    public int end(int from) {
      return Math.min(cols, from + BLOCK);
    }

    @Override
    public void before(int place, Columns columns) {
      int width = levels.pattern() == Pattern.TWO_OF_FOUR ? Pattern.FOUR : BLOCK;
      if (place % width == 0) {
        choose(place, Math.min(cols, place + width), columns);
      }
    }

    /** Decides for some columns. */
    private void choose(int from, int to, Columns columns) {
      int width = to - from;
      double[] scores = new double[rows * width];
      for (int j = 0; j < width; j++) {
        double[] column = columns.get(from + j);
        double slope = columns.slope(from + j);
        for (int i = 0; i < rows; i++) {
          double lost = column[i] / slope;
          scores[i * width + j] = lost * lost;
        }
      }
      boolean[] own = new boolean[scores.length];
      if (levels.pattern() == Pattern.TWO_OF_FOUR || byRow) {
        for (int i = 0; i < rows; i++) {
          int wanted = levels.pattern() == Pattern.TWO_OF_FOUR ? count : share(from, to);
          Ranking.keep(scores, i * width, (i + 1) * width, wanted, own);
        }
      } else {
        Ranking.keep(scores, 0, scores.length, share(from, to), own);
      }
      for (int i = 0; i < rows; i++) {
        System.arraycopy(own, i * width, kept, i * cols + from, width);
      }
    }

    /** How much of the count belongs to some columns, such that all together are the count. */
    private int share(int from, int to) {
      return (int) ((long) count * to / cols - (long) count * from / cols);
    }

    @Override
    public double store(int row, int place, double weight) {
      int at = row * cols + place;
      values[at] = kept[at] ? (float) weight : 0;
      return values[at];
    }
  }
}
