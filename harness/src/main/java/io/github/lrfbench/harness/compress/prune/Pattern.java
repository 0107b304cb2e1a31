package io.github.lrfbench.harness.compress.prune;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.linear.Chain;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.PlacedOutputs;
import io.github.lrfbench.harness.linear.SelectedInputs;
import io.github.lrfbench.harness.linear.SparseLinear;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.CodePacking;
import io.github.lrfbench.kernels.ops.Mask;
import java.util.List;
import java.util.stream.IntStream;

/** What a matrix W of [m, n] is pruned by: the units that are kept or left out, and their form. */
enum Pattern {
  /** Every element is a unit. */
  ENTRIES("entries"),
  /** Of four elements that are neighbours in a row two are kept, 2:4 as it is called. */
  TWO_OF_FOUR("2of4"),
  /** Every row is a unit. */
  OUTPUTS("outputs"),
  /** Every column is a unit. */
  INPUTS("inputs");

  /** Neighbours of which {@link #KEPT_OF_FOUR} are kept. */
  static final int FOUR = 4;

  /** How many of those. */
  static final int KEPT_OF_FOUR = 2;

  private final String word;

  Pattern(String word) {
    this.word = word;
  }

  /** The words of all. */
  static String[] words() {
    return IntStream.range(0, values().length)
        .mapToObj(i -> values()[i].word)
        .toArray(String[]::new);
  }

  /** The pattern of a word. */
  static Pattern of(String word) {
    for (Pattern pattern : values()) {
      if (pattern.word.equals(word)) {
        return pattern;
      }
    }
    throw new IllegalArgumentException(word);
  }

  /** Whether units are single elements. */
  boolean isOfElements() {
    return this == ENTRIES || this == TWO_OF_FOUR;
  }

  /** How many units a matrix has. */
  int units(int rows, int cols) {
    return switch (this) {
      case ENTRIES, TWO_OF_FOUR -> Math.multiplyExact(rows, cols);
      case OUTPUTS -> rows;
      case INPUTS -> cols;
    };
  }

  /** The unit of an element. */
  int unit(int row, int col, int cols) {
    return switch (this) {
      case ENTRIES, TWO_OF_FOUR -> row * cols + col;
      case OUTPUTS -> row;
      case INPUTS -> col;
    };
  }

  /** What a matrix takes of which so many units are kept. */
  Point point(int rows, int cols, long kept) {
    return switch (this) {
      case ENTRIES, TWO_OF_FOUR ->
          point(
              kept,
              OperatingPoints.DENSE_BITS * kept + SparseLinear.maskBits(rows, cols),
              SparseLinear.label(kept, (long) rows * cols));
      case OUTPUTS ->
          point(
              kept * cols,
              OperatingPoints.DENSE_BITS * kept * cols + (long) PlacedOutputs.OUTPUT_BITS * rows,
              "dense x " + PlacedOutputs.label((int) kept, rows));
      case INPUTS ->
          point(
              kept * rows + kept,
              OperatingPoints.DENSE_BITS * kept * rows + SelectedInputs.INDEX_BITS * kept,
              SelectedInputs.label((int) kept, cols) + " x dense");
    };
  }

  /**
   * How many units of a matrix a budget has room for, at least one and at most all.
   *
   * @param budget of numbers or bits
   */
  int room(Budget budget, int rows, int cols) {
    Point one = point(rows, cols, 1);
    long first = budget.unit().of(one);
    long each = budget.unit().of(point(rows, cols, 2)) - first;
    double room = budget.allowance(new OperatingPoints(rows, cols, Double.NaN, List.of(one)));
    int fitting = 1 + (int) Math.floor((room - first) / each + 1e-9);
    return Math.max(1, Math.min(units(rows, cols), fitting));
  }

  private static Point point(long numbers, long bits, String label) {
    return new Point(numbers, bits, Double.NaN, 0, label);
  }

  /**
   * A map without a bias.
   *
   * @param w F32 [m, n], the numbers of what is kept; the others are not looked at
   * @param kept by units
   * @param factor by which what is kept is multiplied
   * @param scope owns it
   */
  Linear form(Matrix w, boolean[] kept, double factor, Scope scope) {
    return switch (this) {
      case ENTRIES, TWO_OF_FOUR -> sparse(w, kept, factor, scope);
      case OUTPUTS ->
          new Chain(dense(w, kept, factor, scope), PlacedOutputs.of(kept.clone(), scope));
      case INPUTS ->
          new Chain(
              SelectedInputs.of(chosen(kept), kept.length, scope), dense(w, kept, factor, scope));
    };
  }

  private static int[] chosen(boolean[] kept) {
    return IntStream.range(0, kept.length).filter(i -> kept[i]).toArray();
  }

  private static SparseLinear sparse(Matrix w, boolean[] kept, double factor, Scope scope) {
    int rows = w.rows();
    int cols = w.cols();
    float[] values = new float[chosen(kept).length];
    byte[] flags = new byte[kept.length];
    float[] row = new float[cols];
    int next = 0;
    for (int i = 0; i < rows; i++) {
      w.data().read(w.offset() + (long) i * w.stride(), row, 0, cols);
      for (int j = 0; j < cols; j++) {
        if (kept[i * cols + j]) {
          flags[i * cols + j] = 1;
          values[next++] = (float) (factor * row[j]);
        }
      }
    }
    Mask mask = Mask.of(CodePacking.pack(flags, cols, 1), rows, cols, scope);
    return new SparseLinear(mask, scope.floats(values, values.length, 1), null);
  }

  /** The rows or columns that are kept. */
  private DenseLinear dense(Matrix w, boolean[] kept, double factor, Scope scope) {
    int[] rows = this == OUTPUTS ? chosen(kept) : IntStream.range(0, w.rows()).toArray();
    int[] cols = this == INPUTS ? chosen(kept) : IntStream.range(0, w.cols()).toArray();
    float[] weight = new float[Math.multiplyExact(rows.length, cols.length)];
    float[] row = new float[w.cols()];
    for (int i = 0; i < rows.length; i++) {
      w.data().read(w.offset() + (long) rows[i] * w.stride(), row, 0, row.length);
      for (int j = 0; j < cols.length; j++) {
        weight[j * rows.length + i] = (float) (factor * row[cols[j]]);
      }
    }
    return new DenseLinear(Matrix.of(scope.floats(weight, cols.length, rows.length)), null);
  }
}
