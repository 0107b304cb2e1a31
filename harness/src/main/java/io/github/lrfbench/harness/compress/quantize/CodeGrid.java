package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.linear.QuantizedLinear;
import io.github.lrfbench.harness.linear.SparseCodes;
import io.github.lrfbench.harness.linear.SparseLinear;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.ops.CodePacking;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The numbers that weights are rounded to: in each group of a row's inputs, or in all of a matrix,
 * the 2ᴮ multiples of a scale, s (c − z) with c from 0 to 2ᴮ − 1.
 *
 * @param bits B, 1 to 8; of symmetric grids from 2 on
 * @param group inputs that share a scale; {@link #ROW} for all of a row, {@link #MATRIX} for all of
 *     the matrix
 * @param zero where the grid lies
 * @param searched whether the range is shrunk to where Σ |w − ŵ|^2.4 is the smallest, in steps of a
 *     hundredth down to a fifth, instead of reaching to the outermost weights (as in GPTQ's code)
 */
record CodeGrid(int bits, int group, Zero zero, boolean searched) {
  /** A scale for every row. */
  static final int ROW = 0;

  /** A scale for all rows. */
  static final int MATRIX = -1;

  /** Where a grid lies, as the option {@code zero} says. */
  enum Zero {
    /** From the smallest to the largest weight, zero included, which is a point of the grid. */
    ASYMMETRIC,
    /**
     * The zero point is in the middle and not stored, and the lowest code left out, so that −w is
     * on the grid where w is: s = max |w| / (2ᴮ⁻¹ − 1).
     */
    SYMMETRIC,
    /** From −max |w| to max |w|, zero lying between two points. */
    CENTRED,
    /** From the smallest to the largest weight, wherever zero is. */
    FREE;

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final String GROUP = "group";
  private static final String OF_ROW = "row";
  private static final String OF_MATRIX = "matrix";
  private static final String ZERO = "zero";
  private static final String RANGE = "range";
  private static final String SEARCH = "search";

  private static final int MOST = 1 << 20;
  private static final int STEPS = 100;
  private static final double LEAST_RANGE = 0.2;
  private static final double EXPONENT = 2.4;

  /** Checks the bits. */
  CodeGrid {
    if (bits == 1 && zero == Zero.SYMMETRIC) {
      throw new InputException(
          "codes of 1 bit leave zero=symmetric one number, 0; take another zero");
    }
  }

  /**
   * Options of a grid, by their standards.
   *
   * @param group {@code row}, {@code matrix} or a number
   */
  static List<MethodOption> options(String group, Zero zero) {
    return options("", group, zero);
  }

  /**
   * The same of a method that has several grids.
   *
   * @param prefix of the options' names
   */
  static List<MethodOption> options(String prefix, String group, Zero zero) {
    String[] zeros =
        Stream.concat(Stream.of(zero), Stream.of(Zero.values()).filter(other -> other != zero))
            .map(Zero::word)
            .toArray(String[]::new);
    return List.of(
        MethodOption.count(prefix + GROUP, 2, 2, MOST)
            .orWord(OF_ROW, group)
            .orWord(OF_MATRIX, group),
        MethodOption.choice(prefix + ZERO, zeros),
        MethodOption.choice(prefix + RANGE, "full", SEARCH));
  }

  /** The grid that options name. */
  static CodeGrid of(MethodOptions options, int bits) {
    return of(options, "", bits);
  }

  /** The grid that options name whose names begin with a prefix. */
  static CodeGrid of(MethodOptions options, String prefix, int bits) {
    String of = options.text(prefix + GROUP);
    int group =
        switch (of) {
          case OF_ROW -> ROW;
          case OF_MATRIX -> MATRIX;
          default -> options.count(prefix + GROUP);
        };
    Zero zero = Zero.valueOf(options.text(prefix + ZERO).toUpperCase(Locale.ROOT));
    return new CodeGrid(bits, group, zero, options.is(prefix + RANGE, SEARCH));
  }

  /** Whether all rows have one scale. */
  boolean isOfMatrix() {
    return group == MATRIX;
  }

  /** Inputs of a group of a matrix with so many. */
  int width(int cols) {
    return group <= 0 ? cols : Math.min(group, cols);
  }

  /** Groups of a row. */
  int groups(int cols) {
    return (cols + width(cols) - 1) / width(cols);
  }

  /** Whether zero points are stored. */
  boolean hasZeros() {
    return zero != Zero.SYMMETRIC;
  }

  /** Whether 0 is a point of every grid. */
  boolean holdsZero() {
    return zero == Zero.ASYMMETRIC || zero == Zero.SYMMETRIC;
  }

  /** What a matrix takes. */
  Point point(int rows, int cols) {
    return new Point((long) rows * cols, stored(rows, cols), Double.NaN, 0, label(rows, cols));
  }

  /** What a matrix takes of which so many elements are stored. */
  Point point(int rows, int cols, int count) {
    long codes = (long) CodePacking.width(count, bits) * Byte.SIZE;
    long stored = SparseLinear.maskBits(rows, cols) + codes + constants(rows, cols);
    String label = SparseCodes.label(count, (long) rows * cols, label(rows, cols));
    return new Point(count, stored, Double.NaN, 0, label);
  }

  private String label(int rows, int cols) {
    String per =
        isOfMatrix() && rows > 1
            ? QuantizedLinear.ONE_SCALE
            : QuantizedLinear.per(width(cols), cols);
    return QuantizedLinear.label(bits, per, hasZeros());
  }

  /** Bits of codes and constants. */
  long stored(int rows, int cols) {
    return (long) rows * CodePacking.width(cols, bits) * Byte.SIZE + constants(rows, cols);
  }

  private long constants(int rows, int cols) {
    long scales = isOfMatrix() ? 1 : (long) rows * groups(cols);
    return scales * (hasZeros() ? 2 : 1) * Float.SIZE;
  }

  /**
   * Scale and zero point of a group.
   *
   * @param scale s; 0 where all weights are 0, or too small for a float
   * @param zero z
   */
  record Step(float scale, float zero) {
    /** The weight that a code stands for. */
    double weight(int code) {
      return scale * (code - (double) zero);
    }
  }

  /** The code of a weight. */
  int code(double weight, Step step) {
    if (step.scale() == 0) {
      return within(step.zero());
    }
    double steps = weight / step.scale();
    return within(holdsZero() ? Math.rint(steps) + step.zero() : Math.rint(steps + step.zero()));
  }

  /**
   * The code above or below a weight, the nearer more often, so that it is met on average.
   *
   * @param chance uniform in [0, 1)
   */
  int code(double weight, Step step, double chance) {
    return step.scale() == 0
        ? code(weight, step)
        : within(Math.floor(weight / step.scale() + step.zero() + chance));
  }

  private int within(double code) {
    return (int) Math.max(zero == Zero.SYMMETRIC ? 1 : 0, Math.min(largest(), code));
  }

  private int largest() {
    return (1 << bits) - 1;
  }

  private int middle() {
    return 1 << bits - 1;
  }

  /**
   * Scale and zero point for some weights of a row.
   *
   * @param slot of the matrix and number of the row, for a message
   * @throws InputException if one is NaN or infinite
   */
  Step fit(double[] weights, int from, int to, String slot, int row) {
    return fit(weights, from, to, slot, row, to);
  }

  /**
   * Scale and zero point for all weights of a matrix, row by row.
   *
   * @throws InputException if one is NaN or infinite
   */
  Step fit(double[] weights, int cols, String slot) {
    return fit(weights, 0, weights.length, slot, 0, cols);
  }

  private Step fit(double[] weights, int from, int to, String slot, int row, int cols) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (int j = from; j < to; j++) {
      if (!Double.isFinite(weights[j])) {
        throw new InputException(
            slot + " holds NaN or infinity in row " + (row + j / cols) + ", which has no codes");
      }
      low = Math.min(low, weights[j]);
      high = Math.max(high, weights[j]);
    }
    if (zero != Zero.FREE) {
      low = Math.min(0, low);
      high = Math.max(0, high);
    }
    Step best = step(low, high);
    double least = searched ? error(weights, from, to, best) : 0;
    for (int i = 1; searched && i <= (1 - LEAST_RANGE) * STEPS; i++) {
      Step step = shrunk(low, high, 1 - (double) i / STEPS);
      double error = error(weights, from, to, step);
      if (error < least) {
        least = error;
        best = step;
      }
    }
    return best;
  }

  /** A free range shrinks to its middle, others to zero. */
  private Step shrunk(double low, double high, double range) {
    double middle = zero == Zero.FREE ? (low + high) / 2 : 0;
    return step(middle + range * (low - middle), middle + range * (high - middle));
  }

  private Step step(double low, double high) {
    return switch (zero) {
      case SYMMETRIC -> new Step((float) (Math.max(-low, high) / (middle() - 1)), middle());
      case ASYMMETRIC -> {
        float scale = (float) ((high - low) / largest());
        double origin = scale == 0 ? 0 : Math.rint(-low / scale);
        yield new Step(scale, (float) Math.max(0, Math.min(largest(), origin)));
      }
      case CENTRED ->
          new Step((float) (2 * Math.max(-low, high) / largest()), (float) (largest() / 2.0));
      case FREE -> {
        float scale = (float) ((high - low) / largest());
        // Where all weights are alike, code 1 is what they are.
        yield scale == 0 ? new Step((float) low, 0) : new Step(scale, (float) (-low / scale));
      }
    };
  }

  private double error(double[] weights, int from, int to, Step step) {
    double sum = 0;
    for (int j = from; j < to; j++) {
      double left = weights[j] - step.weight(code(weights[j], step));
      sum += Math.pow(Math.abs(left), EXPONENT);
    }
    return sum;
  }
}
